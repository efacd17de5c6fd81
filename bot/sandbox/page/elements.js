// Buttons, selects and inputs of Block Kit, and the values they hold.

import { chooser } from "./choose.js";
import { el, icon } from "./dom.js";
import { closeDialog } from "./focus.js";
import { choices, finder, isSearched, labelled, options } from "./pickers.js";
import { emojify, textObject } from "./text.js";

// Where each input's value is read: node -> {block, action, read}.
const inputs = new WeakMap();

export function collect(root) {
  const values = {};
  for (const node of root.querySelectorAll("[data-input]")) {
    const { block, action, read } = inputs.get(node);
    (values[block] ??= {})[action] = read();
  }
  return values;
}

function holds(node, block, element, read) {
  node.dataset.input = "";
  inputs.set(node, { block: block.block_id, action: element.action_id ?? "", read });
  return node;
}

export function confirmFirst(confirm, then) {
  if (!confirm) { then(); return; }
  const dialog = document.getElementById("confirm");
  const close = (agreed) => { closeDialog(dialog); if (agreed) then(); };
  dialog.oncancel = (event) => { event.preventDefault(); close(false); };
  dialog.setAttribute("aria-labelledby", "confirm-title");
  const style = confirm.style === "danger" ? "danger" : "primary";
  dialog.replaceChildren(
    el("h2", { id: "confirm-title" }, confirm.title.text),
    el("div", { class: "rich" }, textObject(confirm.text, { person: () => undefined, place: () => undefined })),
    el("div", { class: "dialog-foot" },
      el("button", { type: "button", onclick: () => close(false) }, confirm.deny?.text ?? "Cancel"),
      el("button", { type: "button", class: style, onclick: () => close(true) }, confirm.confirm?.text ?? "Yes")),
  );
  dialog.showModal();
}

async function busy(node, doing) {
  node.setAttribute("aria-busy", "true");
  try { await doing(); } finally { node.removeAttribute("aria-busy"); }
}

// Who speaks what they see must be understood: the name of a button contains its visible words.
function nameOf(visible, described) {
  return described && !described.includes(visible) ? `${visible}: ${described}` : described;
}

function button(block, element, context) {
  const label = emojify(element.text.text);
  const press = (event) => confirmFirst(element.confirm, () => busy(event.target, () => context.act(block, element)));
  const props = { class: element.style ?? "", "aria-label": nameOf(label, element.accessibility_label) };
  if (!element.url) return el("button", { ...props, type: "button", onclick: (event) => press({ target: event.currentTarget }) }, label);
  const safe = /^https?:/i.test(element.url) ? element.url : undefined;
  return el("a", { ...props, class: `button ${props.class}`, href: safe, target: "_blank", rel: "noopener noreferrer", onclick: press }, label);
}

function overflow(block, element, context) {
  const menu = el("details", { class: "overflow" },
    el("summary", { "aria-label": "More actions" }, icon("dots")),
    el("div", { class: "menu", role: "menu" }, options(element).map((option) =>
      el("button", { type: "button", role: "menuitem", onclick: () => {
        menu.open = false;
        menu.querySelector("summary").focus();
        confirmFirst(element.confirm, () => context.act(block, element, option.value));
      } }, option.text.text))));
  return menu;
}

function start(element, kept) {
  if (kept !== undefined) return kept;
  if (element.initial_option) return element.initial_option.value;
  if (element.initial_options) return element.initial_options.map((option) => option.value);
  const name = Object.keys(element).find((key) => key.startsWith("initial_"));
  return name ? element[name] : undefined;
}

function menu(block, element, context, value) {
  const node = el("select", { ...field(context), "aria-label": context.id ? undefined : element.placeholder?.text ?? "Choose" },
    el("option", { value: "" }, element.placeholder?.text ?? "Choose…"),
    choices(element, context.world).map(([id, name]) => el("option", { value: id }, name)));
  node.value = value ?? "";
  node.addEventListener("change", () => node.value && context.dispatch !== false && context.act(block, element, node.value));
  return holds(node, block, element, () => node.value || null);
}

function search(block, element, context, value) {
  const placeholder = element.placeholder?.text ?? "Type to search";
  const found = chooser({
    props: { ...field(context), "aria-label": context.id ? undefined : placeholder },
    placeholder,
    find: finder(element, context, (typed) => context.suggest(block, element, typed)),
    chosen: labelled(element, value, context.world),
    changed: ([chosen]) => context.dispatch !== false && context.act(block, element, chosen),
  });
  holds(found.box, block, element, () => found.chosen?.[0] ?? null);
  return found.node;
}

function select(block, element, context, value) {
  if (element.type.startsWith("multi_")) return ticks(block, element, context, value ?? [], choices(element, context.world), "checkbox");
  return isSearched(element) ? search(block, element, context, value) : menu(block, element, context, value);
}

function ticks(block, element, context, value, choices, type) {
  const given = Array.isArray(value) ? value : [value];
  const name = `${context.id ?? block.block_id}-${element.action_id ?? ""}`;
  const boxes = choices.map(([id, label, about]) => {
    const box = el("input", { type, name, value: id, checked: given.includes(id) });
    return [box, el("label", { class: "tick" }, box, el("span", {}, label, about && el("small", {}, about)))];
  });
  const chosen = () => boxes.filter(([box]) => box.checked).map(([box]) => box.value);
  const read = () => (type === "radio" ? chosen()[0] ?? null : chosen());
  const node = el("div", { class: "ticks", role: type === "radio" ? "radiogroup" : "group" }, boxes.map(([, label]) => label));
  node.addEventListener("change", () => context.dispatch !== false && context.act(block, element, read()));
  return holds(node, block, element, read);
}

const described = (element) => options(element).map((option) => [option.value, emojify(option.text.text), option.description?.text]);

const field = (context) => ({
  id: context.id,
  "aria-describedby": context.describe,
  "aria-invalid": context.invalid ? "true" : undefined,
  "aria-required": context.required ? "true" : undefined,
});

const TYPES = {
  plain_text_input: "text", datepicker: "date", timepicker: "time", datetimepicker: "datetime-local",
  number_input: "number", email_text_input: "email", url_text_input: "url",
};

function typed(block, element, context, value) {
  const props = { ...field(context), placeholder: element.placeholder?.text, maxlength: element.max_length, value: value ?? "" };
  const long = element.multiline || element.type === "rich_text_input";
  const node = long ? el("textarea", { ...props, rows: 4 }) : el("input", { ...props, type: TYPES[element.type] ?? "text" });
  if (!context.id) node.setAttribute("aria-label", element.placeholder?.text ?? "Date");
  if (element.type.endsWith("picker")) {
    node.addEventListener("change", () => node.value && context.dispatch !== false && context.act(block, element, node.value));
  }
  return holds(node, block, element, () => node.value || null);
}

export function control(block, element, context) {
  // Inputs in input blocks tell the app of each change only when the app asked for it.
  const told = block.type !== "input" || block.dispatch_action === true;
  const inner = { ...context, dispatch: told };
  const value = start(element, context.kept?.[block.block_id]?.[element.action_id ?? ""]);
  if (element.type === "button" || element.type === "workflow_button") return button(block, element, inner);
  if (element.type === "overflow") return overflow(block, element, inner);
  if (element.type === "checkboxes") return ticks(block, element, inner, value ?? [], described(element), "checkbox");
  if (element.type === "radio_buttons") return ticks(block, element, inner, value ?? [], described(element), "radio");
  if (element.type.endsWith("select")) return select(block, element, inner, value);
  if (element.type === "feedback_buttons") {
    const both = [element.positive_button, element.negative_button];
    return el("span", { class: "feedback" }, both.map((item) => button(block, { ...item, type: "button", action_id: element.action_id }, inner)));
  }
  if (TYPES[element.type] || element.type === "rich_text_input") return typed(block, element, inner, value);
  return el("span", { class: "unknown" }, `“${element.type}” is not drawn here.`);
}
