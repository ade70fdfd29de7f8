// Rows of a long table, fetched by their number as somebody scrolls: a window of them is in the page, never all.
"use strict";

const MOST = 300;
const NEAR = 600;

function scroller(box) {
  const body = box.querySelector("tbody");
  const count = Number(box.dataset.count);
  const least = Number(box.dataset.least);  // a sheet of a workbook begins below its header
  const chunk = Number(box.dataset.chunk);
  const where = document.getElementById("where");
  const along = document.querySelector("[data-along]");
  const label = document.querySelector("label[for=along]");
  let busy = false;
  let atRow = 0;
  let next = 0;  // where somebody wants to go while rows are on their way

  const number = (row) => Number(row.dataset.row);
  const first = () => (body.firstElementChild ? number(body.firstElementChild) : least);
  const last = () => (body.lastElementChild ? number(body.lastElementChild) : 0);

  async function fetched(row) {
    const answer = await fetch(`${box.dataset.rows}?row=${row}&sheet=${box.dataset.sheet}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) {
      window.location.reload();
      return [];
    }
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    return Array.from(made.content.querySelectorAll("tr"));
  }

  function tell() {
    const top = box.getBoundingClientRect().top + (box.querySelector("thead").offsetHeight || 0);
    const shown = Array.from(body.children).filter((row) => {
      const at = row.getBoundingClientRect();
      return at.bottom > top && at.top < box.getBoundingClientRect().bottom;
    });
    if (!shown.length) return;
    const from = number(shown[0]);
    if (along && document.activeElement !== along) along.value = from;
    if (from === atRow) return;
    atRow = from;
    where.textContent = `Rows ${from.toLocaleString("en")} to ${number(shown[shown.length - 1]).toLocaleString("en")} of ${count.toLocaleString("en")}.`;
  }

  async function after() {
    const rows = (await fetched(last() + 1)).filter((row) => number(row) > last());
    body.append(...rows);
    while (body.children.length > MOST) {
      const gone = body.firstElementChild;
      if (gone.contains(document.activeElement)) break;
      const height = gone.getBoundingClientRect().height;
      gone.remove();
      box.scrollTop -= height;
    }
  }

  async function before() {
    const from = Math.max(least, first() - chunk);
    const rows = (await fetched(from)).filter((row) => number(row) < first());
    const height = body.getBoundingClientRect().height;
    body.prepend(...rows);
    box.scrollTop += body.getBoundingClientRect().height - height;
    while (body.children.length > MOST && !body.lastElementChild.contains(document.activeElement)) body.lastElementChild.remove();
  }

  async function more() {
    if (busy) return;
    busy = true;
    try {
      if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR && last() < count) await after();
      else if (box.scrollTop < NEAR && first() > least) await before();
    } finally {
      busy = false;
    }
    tell();
    if (next) go(next);
  }

  async function go(row) {
    next = busy ? row : 0;
    if (busy) return;
    busy = true;
    try {
      const wanted = Math.max(least, Math.min(count, row));
      const rows = await fetched(Math.max(least, Math.min(wanted, count - chunk + 1)));
      body.replaceChildren(...rows);
      const at = rows.find((each) => number(each) === wanted);
      box.scrollTop = 0;
      if (at) {
        box.scrollTop = at.offsetTop - box.querySelector("thead").offsetHeight;
        at.focus({ preventScroll: true });
      }
    } finally {
      busy = false;
    }
    atRow = 0;
    tell();
    if (next) go(next);
    else more();
  }

  box.addEventListener("scroll", () => { more(); tell(); });
  box.addEventListener("focusin", () => { more(); });
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      go(event.key === "Home" ? least : count);
    } else if (event.key === "PageDown" || event.key === "PageUp") {
      event.preventDefault();  // from a row that is chosen as well as from the table
      box.scrollTop += (event.key === "PageDown" ? 0.9 : -0.9) * box.clientHeight;
    }
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.querySelector("#row")) return;
    event.preventDefault();
    go(Number(event.target.elements.row.value));
  });
  if (along) {
    along.hidden = false;
    label.hidden = false;
    along.addEventListener("change", () => go(Number(along.value)));
    along.addEventListener("input", () => { where.textContent = `Row ${Number(along.value).toLocaleString("en")} of ${count.toLocaleString("en")}.`; });
  }
  tell();
  more();
}

document.querySelectorAll("[data-rows]").forEach(scroller);
