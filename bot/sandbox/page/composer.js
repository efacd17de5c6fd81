// The message box, with completion of commands, people and channels.

import { el, icon } from "./dom.js";

function suggestions(text, caret, world, inThread) {
  const before = text.slice(0, caret);
  const command = before.match(/^\/\S*$/);
  if (command && !inThread) {
    return world.commands
      .filter((entry) => entry.command.startsWith(command[0]))
      .map((entry) => ({ insert: `${entry.command} `, from: 0, title: entry.command, hint: entry.usage_hint, about: entry.description }));
  }
  const name = before.match(/(?:^|\s)([@#])([\w.-]*)$/);
  if (!name) return [];
  const from = caret - name[2].length - 1;
  const found = name[1] === "@"
    ? world.people.filter((p) => !p.deleted).map((p) => [p.name, p.real_name])
    : world.channels.filter((c) => c.kind !== "im").map((c) => [c.name, c.topic]);
  return found.filter(([id]) => id.startsWith(name[2].toLowerCase())).map(([id, about]) => ({ insert: `${name[1]}${id} `, from, title: `${name[1]}${id}`, about }));
}

export class Composer {
  constructor(parent, { label, id, world, send, inThread = false, draft = "", keep = () => undefined }) {
    this.keep = keep;
    this.world = world;
    this.send = send;
    this.inThread = inThread;
    this.shown = [];
    this.chosen = 0;
    this.list = el("ul", { class: "completion", role: "listbox", "aria-label": "Suggestions", id: `${id}-choices`, hidden: true });
    this.box = el("textarea", {
      id: `${id}-text`, rows: 1, "aria-label": label, placeholder: label, "aria-autocomplete": "list", "aria-controls": `${id}-choices`,
      onkeydown: (event) => this.key(event), oninput: () => this.changed(), onblur: () => setTimeout(() => this.hide(), 150),
    });
    this.button = el("button", { type: "button", class: "send", "aria-label": "Send", onclick: () => this.submit() }, icon("send"));
    this.foot = el("p", { class: "composer-foot" },
      el("span", {}, el("kbd", {}, "Enter"), " to send"), el("span", {}, el("kbd", {}, "Shift"), " ", el("kbd", {}, "Enter"), " for a new line"),
      inThread ? null : el("span", {}, el("kbd", {}, "/"), " for commands"),
      inThread ? null : el("span", {}, el("kbd", {}, "@proviso"), " to ask the bot"));
    parent.replaceChildren(this.list, el("div", { class: "composer-box" }, this.box, this.button), this.foot);
    this.box.value = draft;
    this.changed();
  }

  label(text) {
    if (this.box.placeholder === text) return;
    this.box.placeholder = text;
    this.box.setAttribute("aria-label", text);
  }

  write(text) {
    this.box.value = text;
    this.box.focus();
    this.changed();
  }

  changed() {
    this.keep(this.box.value);
    this.box.style.height = "auto";
    if (this.box.value) this.box.style.height = `${Math.min(this.box.scrollHeight, 180)}px`;
    this.button.disabled = !this.box.value.trim();
    this.shown = suggestions(this.box.value, this.box.selectionStart ?? 0, this.world(), this.inThread).slice(0, 8);
    this.chosen = 0;
    this.draw();
  }

  draw() {
    this.list.hidden = !this.shown.length;
    this.list.replaceChildren(...this.shown.map((entry, n) =>
      el("li", { role: "option", id: `${this.list.id}-${n}`, "aria-selected": n === this.chosen ? "true" : "false", onmousedown: (event) => { event.preventDefault(); this.take(n); } },
        el("strong", {}, entry.title), entry.hint && el("code", {}, entry.hint), el("span", {}, entry.about ?? ""))));
    if (this.shown.length) this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.chosen}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  hide() {
    this.shown = [];
    this.draw();
  }

  take(n) {
    const { insert, from } = this.shown[n];
    const after = this.box.value.slice(this.box.selectionStart);
    this.box.value = this.box.value.slice(0, from) + insert + after;
    this.box.selectionStart = this.box.selectionEnd = from + insert.length;
    this.changed();
  }

  key(event) {
    const open = this.shown.length > 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.chosen = (this.chosen + step + this.shown.length) % this.shown.length;
      this.draw();
    } else if (open && (event.key === "Tab" || (event.key === "Enter" && this.box.value.trim() !== this.shown[this.chosen].title))) {
      this.take(this.chosen);
    } else if (open && event.key === "Escape") {
      event.stopPropagation();
      this.hide();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      this.submit();
    } else return;
    event.preventDefault();
  }

  async submit() {
    const text = this.box.value.trim();
    if (!text) return;
    this.box.value = "";
    this.hide();
    this.changed();
    try { await this.send(text); } catch { if (!this.box.value) this.write(text); }
  }
}
