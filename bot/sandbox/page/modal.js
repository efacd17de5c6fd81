// The modal an app opened, with what was typed kept when the app changes it.

import { el, icon } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { collect } from "./elements.js";
import { closeDialog } from "./focus.js";

let shown = null; // {id, signature}

export function drawModal(view, world, deeds) {
  const dialog = document.getElementById("modal");
  if (!view) {
    shown = null;
    closeDialog(dialog);
    return;
  }
  const signature = JSON.stringify([view.hash, view.errors]);
  if (shown?.id === view.id && shown.signature === signature) return;
  const kept = shown?.id === view.id ? collect(dialog) : undefined;
  const focused = dialog.contains(document.activeElement) ? document.activeElement.id : "";
  shown = { id: view.id, signature };
  const form = build(view, world, deeds, kept);
  dialog.replaceChildren(form);
  dialog.setAttribute("aria-labelledby", "modal-title");
  dialog.oncancel = (event) => { event.preventDefault(); deeds.close(); };
  if (!dialog.open) dialog.showModal();
  const wrong = form.querySelector("[aria-invalid]");
  // What only is read begins at its top again, also for the keyboard.
  if (kept && !form.querySelector("[data-input]")) { form.querySelector(".modal-body").focus(); return; }
  (wrong || (focused && document.getElementById(focused)) || form.querySelector(".modal-body input, .modal-body textarea, .modal-body select, button[type=submit]"))?.focus();
}

function build(view, world, deeds, kept) {
  const holder = el("div", { class: "modal-body blocks", tabindex: "-1" });
  const act = (block, element, value) => deeds.act({
    view: view.id, block_id: block.block_id, action_id: element.action_id ?? "", carries: element.value, value, values: collect(holder),
  });
  const suggest = (block, element, typed) => deeds.suggest({ view: view.id, block_id: block.block_id, action_id: element.action_id ?? "", typed });
  holder.append(...renderBlocks(view.blocks, { world, act, suggest, kept, errors: view.errors }));
  const general = view.errors[""];
  const submit = view.submit && el("button", { type: "submit", class: "primary" }, view.submit.text);
  const form = el("form", { novalidate: true, onsubmit: async (event) => {
    event.preventDefault();
    // Not `disabled`: that would take the focus away.
    if (submit.hasAttribute("aria-busy")) return;
    submit.setAttribute("aria-busy", "true");
    try { await deeds.submit(collect(holder)); } finally { submit.removeAttribute("aria-busy"); }
  } },
  el("header", { class: "modal-head" }, el("img", { src: "/static/icon.svg", alt: "", class: "avatar small" }),
    el("h2", { id: "modal-title" }, view.title.text),
    el("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => deeds.close() }, icon("close"))),
  general && el("p", { class: "modal-error", role: "alert" }, general),
  holder,
  el("footer", { class: "modal-foot" },
    el("span", { class: "modal-app" }, "Proviso"),
    el("button", { type: "button", onclick: () => deeds.close() }, view.close?.text ?? (view.submit ? "Cancel" : "Close")), submit));
  return form;
}
