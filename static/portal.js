// Comforts. No page depends on this file: every form and link here also works without it.
const root = document.documentElement;
const inField = (target) => target.closest("input, textarea, select, [contenteditable]");

// Light or dark at once; the same form tells the server, which prints the theme from then on.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form) return;
  event.preventDefault();
  const told = new FormData(form);
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  told.set("theme", root.dataset.bsTheme);
  fetch(form.action, { method: "post", body: told, credentials: "same-origin", redirect: "manual" });
});

// "/" goes to the search.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
  const search = document.getElementById("q");
  if (!search) return;
  event.preventDefault();
  search.focus();
});

// A form is sent once. It is free again when htmx is done, when the page comes back, or after a while (downloads).
const sent = new Set();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches("[data-theme-form]")) return;
  const question = (event.submitter ?? form).dataset.confirm ?? form.dataset.confirm;
  if (sent.has(form) || (question && !window.confirm(question))) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  sent.add(form);
  form.setAttribute("aria-busy", "true");
  setTimeout(() => free(form), 8000);
}, true);
const free = (form) => {
  sent.delete(form);
  form.removeAttribute("aria-busy");
};
const freeAll = () => sent.forEach(free); // not by its attribute, which a morph takes away
document.addEventListener("htmx:finally:request", freeAll);
window.addEventListener("pageshow", freeAll);

// Boards: dropping a card presses the button of its own "move to" form that names the lane.
// <div data-board> <section data-lane="develop"> <article data-card> <form> <button name="stage" value="develop">
const startBoards = () => {
  if (!window.Sortable) return;
  for (const lane of document.querySelectorAll("[data-board] [data-lane]:not([data-ready])")) {
    lane.dataset.ready = "";
    new window.Sortable(lane, {
      group: "board", draggable: "[data-card]", filter: "a, button, input, select, summary", preventOnFilter: false,
      delay: 150, delayOnTouchOnly: true,
      onEnd: ({ item, from, to, oldDraggableIndex }) => {
        if (from === to) return;
        const button = [...item.querySelectorAll("form button[value]")].find((one) => one.value === to.dataset.lane);
        if (button && !button.disabled) button.form.requestSubmit(button);
        else from.insertBefore(item, from.querySelectorAll("[data-card]")[oldDraggableIndex] ?? null);
      },
    });
  }
};
document.addEventListener("DOMContentLoaded", startBoards);
document.addEventListener("htmx:after:process", startBoards);

// Organization chart: dropping a card on another sends the page's own form to the address that moves it there.
let dragged = null;
const under = (event) => dragged && event.target.closest?.("[data-node]:not(.is-dragged)");
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-move]");
  dragged?.classList.add("is-dragged");
});
document.addEventListener("dragend", () => document.querySelectorAll(".is-dragged, .is-over").forEach((one) => one.classList.remove("is-dragged", "is-over")));
document.addEventListener("dragover", (event) => {
  const card = under(event);
  document.querySelectorAll(".is-over").forEach((one) => one !== card && one.classList.remove("is-over"));
  if (!card) return;
  event.preventDefault();
  card.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const card = under(event);
  const form = document.querySelector("[data-move-form]");
  if (!card || !form) return;
  event.preventDefault();
  form.action = dragged.dataset.move;
  form.elements.reports_to_id.value = card.dataset.node;
  form.requestSubmit();
});

// The head box of a table picks every row; filters with data-auto are applied when one changes.
document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches("[data-pick-all]")) {
    for (const box of target.closest("table").querySelectorAll(".pick")) box.checked = target.checked;
  }
  const form = target.closest("form[data-auto]");
  if (form && target.matches("select, [type=checkbox], [type=radio], [type=date]")) form.requestSubmit();
});

// Filters that are not set stay out of the address.
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.matches("form.filters")) for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

// The cross on a message.
document.addEventListener("click", (event) => event.target.closest(".dismiss")?.closest(".toast").remove());

// A refused form takes the focus to its summary of errors.
const showErrors = () => document.querySelector("main [role=alert]")?.focus();
document.addEventListener("DOMContentLoaded", showErrors);

// Requests that were refused or never answered: 409 and 422 bring their own words, the rest gets a note.
const sayFailed = (event) => {
  const status = event.detail?.ctx?.response?.status;
  const flash = document.getElementById("flash");
  const words = document.getElementById("failed");
  if (!flash || !words || status === 409 || status === 422) return;
  if (event.detail?.ctx?.request?.method === "GET" && !status) return; // a poll that missed its turn asks again
  flash.replaceChildren(words.content.cloneNode(true));
};
document.addEventListener("htmx:response:error", sayFailed);
document.addEventListener("htmx:error", sayFailed);

// What can be copied brings its button; without clipboard, one click picks all of it.
const showCopy = () => document.querySelectorAll("[data-copy][hidden]").forEach((one) => { one.hidden = !navigator.clipboard; });
document.addEventListener("DOMContentLoaded", showCopy);
document.addEventListener("htmx:after:process", showCopy);
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText);
  button.classList.add("active");
  setTimeout(() => button.classList.remove("active"), 1500);
});
