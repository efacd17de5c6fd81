// A select that can be searched by typing: people, channels, and long or app-given lists.

import { el } from "./dom.js";

const MOST = 60; // options shown at once

const words = (text) => text.toLowerCase().replace(/[_/-]/g, " ").normalize("NFD").replace(/\p{M}/gu, "");

export function matching(choices, typed) {
  const wanted = words(typed).split(/\s+/).filter(Boolean);
  return choices.filter(([, label]) => wanted.every((word) => words(label).includes(word)));
}

class Chooser {
  // `find(typed)` gives a promise of [[value, label], …]; `chosen` is such a pair or null.
  constructor({ props, placeholder, find, chosen, changed }) {
    Object.assign(this, { find, chosen, changed, shown: [], marked: 0, asked: 0 });
    const id = props.id ?? `choose-${Math.random().toString(36).slice(2)}`;
    this.list = el("ul", { id: `${id}-list`, class: "choices", role: "listbox", "aria-label": "Choices", hidden: true });
    this.box = el("input", {
      ...props, id, type: "text", role: "combobox", autocomplete: "off", placeholder, value: chosen?.[1] ?? "",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`,
      onclick: () => this.open(""), oninput: () => this.open(this.box.value), onkeydown: (event) => this.key(event),
      onfocus: () => this.box.select(), onblur: () => this.leave(),
    });
    this.node = el("div", { class: "choose" }, this.box, this.list);
  }

  async open(typed) {
    const asked = ++this.asked;
    const found = await this.find(typed);
    if (asked !== this.asked || document.activeElement !== this.box) return;
    this.shown = found.slice(0, MOST);
    this.marked = Math.max(0, this.shown.findIndex(([value]) => value === this.chosen?.[0]));
    this.draw(found.length - this.shown.length);
  }

  draw(left = 0) {
    const option = ([, label], n) => el("li", {
      role: "option", id: `${this.list.id}-${n}`, "aria-selected": String(n === this.marked),
      onmousedown: (event) => { event.preventDefault(); this.take(n); },
    }, label);
    const note = left ? `${left} more: type to narrow them down` : this.shown.length ? "" : "Nothing matches";
    this.list.replaceChildren(...this.shown.map(option), ...(note ? [el("li", { role: "option", "aria-disabled": "true", class: "note" }, note)] : []));
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    if (this.shown.length) this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.marked}`);
    this.list.children[this.marked]?.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.asked += 1;
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  take(n) {
    if (this.shown[n]) {
      this.chosen = this.shown[n];
      this.box.value = this.chosen[1];
      this.changed(this.chosen);
      this.box.dispatchEvent(new Event("input-chosen", { bubbles: true }));
    }
    this.close();
  }

  leave() {
    if (!this.box.value.trim()) this.chosen = null;
    this.box.value = this.chosen?.[1] ?? "";
    this.close();
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (!open) { this.open(""); } else if (this.shown.length) {
        this.marked = (this.marked + step + this.shown.length) % this.shown.length;
        this.draw();
      }
    } else if (open && event.key === "Enter") this.take(this.marked);
    else if (open && event.key === "Escape") { event.stopPropagation(); this.leave(); }
    else return;
    event.preventDefault();
  }
}

export const chooser = (parts) => new Chooser(parts);
