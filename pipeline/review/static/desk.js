// Keys for what the buttons do; every one of them works by Tab and Enter as well.
"use strict";

const ROW = "[data-row]";

function rows() {
  return Array.from(document.querySelectorAll(ROW));
}

function current() {
  return document.activeElement ? document.activeElement.closest(ROW) : null;
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  all[Math.max(0, Math.min(all.length - 1, at + step))].focus();
}

function decide(action) {
  const row = current() || rows()[0];
  const button = row && row.querySelector(`[data-do="${action}"]`);
  if (button) button.click();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => decide("adopt"),
  w: () => decide("withhold"),
  r: () => decide("release"),
};

function isTyping(target) {
  return target.matches("input, select, textarea, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const named = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (named) {
    event.preventDefault();
    named.click();
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

// After a decision the list is there anew: go on with the row at the same place.
let place = 0;
document.addEventListener("htmx:beforeRequest", () => { place = Math.max(0, rows().indexOf(current())); });
document.addEventListener("htmx:afterSettle", () => {
  const all = rows();
  if (all.length) all[Math.min(place, all.length - 1)].focus();
});
