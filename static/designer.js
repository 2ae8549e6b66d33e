// The designer of emails: a block that is dragged sends its own form, which then also says where it was put; so does a new
// one from the palette. Without this file the buttons of each block do the same.
const sendWith = (form, values) => {
  for (const [name, value] of Object.entries(values)) {
    let input = form.querySelector(`input[name="${name}"]`);
    if (!input) form.append(input = Object.assign(document.createElement("input"), { type: "hidden", name }));
    input.value = value;
    input.dataset.asked = "";
  }
  form.requestSubmit();
};

// One change at a time. What is asked for meanwhile waits, and is then asked of the designer as it has become.
const waiting = [];
let busy = false;
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("#designer form[hx-post]")) return;
  if (!busy) {
    busy = true;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const given = event.submitter ? [event.submitter] : [...form.querySelectorAll("[data-asked]")];
  waiting.push([form.getAttribute("action"), Object.fromEntries(given.filter((one) => one.name).map((one) => [one.name, one.value]))]);
}, true);
document.addEventListener("htmx:finally:request", () => {
  busy = false;
  while (waiting.length && !busy) {
    const [action, values] = waiting.shift();
    const form = document.querySelector(`#designer form[hx-post][action="${action}"]`);
    if (form) sendWith(form, values);
  }
});

const spot = (row, at) => ({ section: row.dataset.section, column: row.dataset.column, at });
const startDesigner = () => {
  const mail = document.querySelector(".mail[data-place]");
  const palette = document.querySelector("[data-palette]");
  if (!window.Sortable || !mail || !palette) return;
  for (const row of mail.querySelectorAll("[data-blocks]")) {
    if (window.Sortable.get(row)) continue;
    new window.Sortable(row, {
      group: "mail", draggable: "[data-block]", filter: "button, input", preventOnFilter: false, animation: 120,
      delay: 150, delayOnTouchOnly: true, fallbackOnBody: true, invertSwap: true,
      onEnd: ({ item, from, to, oldDraggableIndex, newDraggableIndex }) => {
        if (from === to && oldDraggableIndex === newDraggableIndex) return;
        sendWith(item.querySelector("form"), spot(to, newDraggableIndex));
      },
      onAdd: ({ item, to }) => {
        if (!item.value) return;
        const before = [...to.children].slice(0, [...to.children].indexOf(item));
        item.remove();
        sendWith(palette.closest("form"), { kind: item.value, ...spot(to, before.filter((one) => one.dataset.block).length) });
      },
    });
  }
  if (!window.Sortable.get(palette)) {
    new window.Sortable(palette, { group: { name: "mail", pull: "clone", put: false }, draggable: "button", sort: false });
  }
};
document.addEventListener("DOMContentLoaded", startDesigner);
document.addEventListener("htmx:after:process", startDesigner);
// Ctrl+Z outside of a field takes the last step back.
document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea, select")) return;
  const undo = document.querySelector("[data-undo]:not(:disabled)");
  if (!undo) return;
  event.preventDefault();
  undo.form.requestSubmit(undo);
});
