// The designer of emails: a block that is dragged presses a form that says where it was put; so does a new one from the
// palette. Without this file the buttons of each block do the same.
const send = (url, values) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action: url });
  const csrf_token = document.querySelector("#designer input[name=csrf_token]").value;
  for (const [name, value] of Object.entries({ csrf_token, ...values })) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
};
const spot = (row, at) => ({ section: row.dataset.section, column: row.dataset.column, at });
const startDesigner = () => {
  const mail = document.querySelector(".mail[data-place]");
  if (!window.Sortable || !mail) return;
  for (const row of mail.querySelectorAll("[data-blocks]")) {
    if (window.Sortable.get(row)) continue;
    new window.Sortable(row, {
      group: "mail", draggable: "[data-block]", filter: "button, input", preventOnFilter: false, animation: 120,
      delay: 150, delayOnTouchOnly: true, fallbackOnBody: true, invertSwap: true,
      onEnd: ({ item, from, to, oldDraggableIndex, newDraggableIndex }) => {
        if (from === to && oldDraggableIndex === newDraggableIndex) return;
        send(mail.dataset.place.replace("BLOCK", item.dataset.block), spot(to, newDraggableIndex));
      },
      onAdd: ({ item, to }) => {
        if (!item.value) return;
        const before = [...to.children].slice(0, [...to.children].indexOf(item));
        item.remove();
        send(mail.dataset.add, { kind: item.value, ...spot(to, before.filter((one) => one.dataset.block).length) });
      },
    });
  }
  const palette = document.querySelector("[data-palette]");
  if (palette && !window.Sortable.get(palette)) {
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
