// Blocks to nodes. `context` is {world, act(block, element, value), kept, errors}.

import { el, icon } from "./dom.js";
import { control } from "./elements.js";
import { anchor, formatted, mention, textObject } from "./text.js";

const picture = (item) => el("span", { class: "picture", role: "img", "aria-label": item.alt_text }, icon("image"), item.alt_text);

function section(block, context) {
  const body = el("div", { class: "section-body" });
  if (block.text) body.append(el("div", { class: "rich" }, textObject(block.text, context.world)));
  if (block.fields) {
    body.append(el("div", { class: "fields" }, block.fields.map((f) => el("div", { class: "rich" }, textObject(f, context.world)))));
  }
  const beside = block.accessory?.type === "image" ? picture(block.accessory) : block.accessory && control(block, block.accessory, context);
  return el("div", { class: "section" }, body, beside && el("div", { class: "accessory" }, beside));
}

function contextBlock(block, context) {
  return el("div", { class: "context rich" }, block.elements.map((item) =>
    item.type === "image" ? picture(item) : el("span", { class: "context-item" }, textObject(item, context.world))));
}

function input(block, context) {
  const id = `f-${block.block_id}`;
  const error = context.errors?.[block.block_id];
  const describe = [error && `${id}-e`, block.hint && `${id}-h`].filter(Boolean).join(" ") || undefined;
  const grouped = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const label = [block.label.text, block.optional && el("span", { class: "optional" }, "(optional)")];
  const inside = [
    control(block, block.element, { ...context, id, describe, required: !block.optional, invalid: Boolean(error) }),
    error && el("p", { class: "field-error", id: `${id}-e` }, error),
    block.hint && el("p", { class: "hint", id: `${id}-h` }, block.hint.text),
  ];
  const field = grouped
    ? el("fieldset", { class: "field" }, el("legend", {}, label), inside)
    : el("div", { class: "field" }, el("label", { for: id }, label), inside);
  if (error) markWrong(field, id);
  return field;
}

// Until the field is changed: its error is about what was sent.
function markWrong(field, id) {
  field.classList.add("wrong");
  const clear = () => {
    field.classList.remove("wrong");
    field.querySelector(".field-error")?.remove();
    const control = field.querySelector("[aria-invalid]");
    control?.removeAttribute("aria-invalid");
    control?.setAttribute("aria-describedby", control.getAttribute("aria-describedby").replace(`${id}-e`, "").trim());
  };
  for (const change of ["input", "change", "input-chosen"]) field.addEventListener(change, clear, { once: true });
}

function styled(part, context) {
  let node = part.text ?? "";
  if (part.type === "link") node = anchor(part.url, part.text ?? part.url);
  if (part.type === "user") node = mention("@", part.user_id, undefined, context.world);
  if (part.type === "channel") node = mention("#", part.channel_id, undefined, context.world);
  if (part.type === "emoji") node = part.unicode ? String.fromCodePoint(...part.unicode.split("-").map((hex) => parseInt(hex, 16))) : `:${part.name}:`;
  for (const [style, tag] of [["bold", "strong"], ["italic", "em"], ["strike", "s"], ["code", "code"]]) {
    if (part.style?.[style]) node = el(tag, {}, node);
  }
  return node;
}

function rich(item, context) {
  const parts = () => item.elements.map((part) => styled(part, context));
  if (item.type === "rich_text_list") {
    return el(item.style === "ordered" ? "ol" : "ul", {}, item.elements.map((row) =>
      el("li", {}, row.elements.map((part) => styled(part, context)))));
  }
  if (item.type === "rich_text_quote") return el("blockquote", {}, parts());
  if (item.type === "rich_text_preformatted") return el("pre", {}, el("code", {}, parts()));
  return el("p", {}, parts());
}

function table(block, context) {
  const cell = (item) => (item.type === "rich_text" ? item.elements.map((part) => rich(part, context)) : String(item.text ?? ""));
  const [head, ...rows] = block.rows;
  return el("div", { class: "table-wrap" }, el("table", {},
    el("thead", {}, el("tr", {}, head.map((item) => el("th", { scope: "col" }, cell(item))))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((item) => el("td", {}, cell(item))))))));
}

const KINDS = {
  section,
  context: contextBlock,
  input,
  table,
  header: (block) => el("h3", { class: "block-header" }, textObject(block.text)),
  divider: () => el("hr"),
  actions: (block, context) => el("div", { class: "actions" }, block.elements.map((item) => control(block, item, context))),
  context_actions: (block, context) => el("div", { class: "actions quiet" }, block.elements.map((item) => control(block, item, context))),
  image: (block) => el("figure", {}, block.title && el("figcaption", {}, block.title.text), picture(block)),
  markdown: (block, context) => el("div", { class: "rich" }, formatted(block.text, context.world, true)),
  rich_text: (block, context) => el("div", { class: "rich" }, block.elements.map((item) => rich(item, context))),
};

export function renderBlocks(blocks, context) {
  return blocks.map((block) => (KINDS[block.type]
    ? KINDS[block.type](block, context)
    : el("div", { class: "unknown" }, `This page does not draw “${block.type}” blocks. Slack may.`)));
}
