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
  const button = row && row.querySelector(action === "open" ? "[data-do=open], a.found" : `[data-do="${action}"]`);
  if (button) button.click();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => decide("adopt"),
  A: () => decide((current() || rows()[0])?.querySelector('[data-do="adopt-kind"]') ? "adopt-kind" : "adopt"),
  w: () => decide("withhold"),
  r: () => decide("release"),
  o: () => decide("open"),
  c: () => decide("change"),
  m: () => mark(),
  "?": () => { const help = document.getElementById("keys"); if (help) help.showModal(); },
};

function mark() {
  const selected = document.querySelector("[data-mark-selected]:enabled");
  const words = document.querySelector("[data-pick-words]");
  if (selected || words) (selected || words).click();
}

function isTyping(target) {
  return target.matches("input, select, textarea, [contenteditable]");
}

// Enter opens the row that is chosen, the first where none is; on a button or link it does what they do.
function open(event) {
  const at = document.activeElement;
  const row = at && at.matches(ROW) ? at : at === document.body ? rows()[0] : null;
  const link = row && row.querySelector("[data-key-row], [data-do='open']");
  if (!link) return;
  event.preventDefault();
  link.click();
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "Enter") {
    open(event);
    return;
  }
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
  const [before, ...told] = document.querySelectorAll("#notices");
  if (told.length) before.replaceChildren();  // the list tells anew: what the page told at first is of before
  const all = rows();
  if (all.length) all[Math.min(place, all.length - 1)].focus();
});

// In a record: a finding in the list and its place in the text show each other. The page is moved to the place only
// where both stand side by side, and never while a button of the pointer is down: a click would miss what it was for.
const beside = window.matchMedia("(min-width: 50.01rem)");
let pressed = false;
document.addEventListener("pointerdown", () => { pressed = true; }, true);
for (const each of ["pointerup", "pointercancel"]) document.addEventListener(each, () => { pressed = false; }, true);

function light(id) {
  document.querySelectorAll(".found.here").forEach((each) => each.classList.remove("here"));
  const mark = id && document.getElementById(id);
  if (!mark) return;
  mark.classList.add("here");
  if (beside.matches && !pressed) mark.scrollIntoView({ block: "nearest" });
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-mark]");
  if (row) light(row.dataset.mark);
});
document.addEventListener("click", (event) => {
  const beneath = event.target.closest("[data-mark]");
  if (beneath && !event.target.closest("a, button")) light(beneath.dataset.mark);
  const mark = event.target.closest("a.found");
  if (!mark) return;
  const row = document.getElementById(mark.hash.slice(1));
  if (!row) return;  // it stands in another record: follow the link
  event.preventDefault();
  row.focus();
});
window.addEventListener("load", () => {
  const row = location.hash && document.getElementById(location.hash.slice(1));
  if (row && row.matches(ROW)) row.focus();
});

// What is selected in a record can be marked as missed: its place and span, in code points.
document.addEventListener("selectionchange", () => {
  const form = document.querySelector("[data-marking]");
  const chosen = document.getSelection();
  if (!form || !chosen.rangeCount || chosen.isCollapsed) return;
  const range = chosen.getRangeAt(0);
  const from = range.startContainer.parentElement.closest("[data-place]");
  const to = range.endContainer.parentElement.closest("[data-place]");
  const button = form.querySelector("[data-mark-selected]");
  button.disabled = !from || from !== to;
  if (button.disabled) return;
  form.closest("[data-missed]").open = true;
  const before = document.createRange();
  before.setStart(from, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = Array.from(before.toString()).length;
  form.elements.place.value = from.dataset.place;
  form.elements.start.value = start;
  form.elements.end.value = start + Array.from(range.toString()).length;
});
