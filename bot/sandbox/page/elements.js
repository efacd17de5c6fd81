// Buttons, selects and inputs of Block Kit, and the values they hold.

import { el, icon } from "./dom.js";
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
  const close = (agreed) => { dialog.close(); if (agreed) then(); };
  const style = confirm.style === "danger" ? "danger" : "primary";
  dialog.replaceChildren(
    el("h2", {}, confirm.title.text),
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

function button(block, element, context) {
  const label = emojify(element.text.text);
  const press = (event) => confirmFirst(element.confirm, () => busy(event.target, () => context.act(block, element)));
  const props = { class: element.style ?? "", "aria-label": element.accessibility_label };
  if (!element.url) return el("button", { ...props, type: "button", onclick: (event) => press({ target: event.currentTarget }) }, label);
  const safe = /^https?:/i.test(element.url) ? element.url : undefined;
  return el("a", { ...props, class: `button ${props.class}`, href: safe, target: "_blank", rel: "noopener noreferrer", onclick: press }, label);
}

const flat = (element) => element.option_groups?.flatMap((group) => group.options) ?? element.options ?? [];

function overflow(block, element, context) {
  const menu = el("details", { class: "overflow" },
    el("summary", { "aria-label": "More actions" }, icon("dots")),
    el("div", { class: "menu", role: "menu" }, flat(element).map((option) =>
      el("button", { type: "button", role: "menuitem", onclick: () => {
        menu.open = false;
        confirmFirst(element.confirm, () => context.act(block, element, option.value));
      } }, option.text.text))));
  return menu;
}

const CHOICES = {
  users_select: (world) => world.people.filter((p) => !p.deleted).map((p) => [p.id, p.real_name]),
  channels_select: (world) => world.channels.filter((c) => c.kind === "channel").map((c) => [c.id, `#${c.name}`]),
  conversations_select: (world) => world.channels.map((c) => [c.id, c.kind === "im" ? "Proviso" : `#${c.name}`]),
};

function start(element, kept) {
  if (kept !== undefined) return kept;
  if (element.initial_option) return element.initial_option.value;
  if (element.initial_options) return element.initial_options.map((option) => option.value);
  const name = Object.keys(element).find((key) => key.startsWith("initial_"));
  return name ? element[name] : undefined;
}

function select(block, element, context, value) {
  const kind = element.type.replace(/^multi_/, "");
  const choices = CHOICES[kind]?.(context.world) ?? flat(element).map((option) => [option.value, option.text.text]);
  if (element.type.startsWith("multi_")) return ticks(block, element, context, value ?? [], choices, "checkbox");
  const node = el("select", { ...field(context), "aria-label": context.id ? undefined : element.placeholder?.text ?? "Choose" },
    el("option", { value: "" }, element.placeholder?.text ?? "Choose…"),
    choices.map(([id, name]) => el("option", { value: id }, name)));
  node.value = value ?? "";
  node.addEventListener("change", () => node.value && context.dispatch !== false && context.act(block, element, node.value));
  return holds(node, block, element, () => node.value || null);
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

const described = (element) => flat(element).map((option) => [option.value, emojify(option.text.text), option.description?.text]);

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
