// Keeps what is new in view while the reader follows along; offers a button to it when they have scrolled away.

import { el, icon } from "./dom.js";

const NEAR_END = 40; // pixels from the end that still count as the end
const SCROLL_KEYS = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown", "Tab", " "]);

export class Follower {
  // `scroller` scrolls, `list` holds the messages, `line` is an empty element above which the button floats.
  constructor(scroller, line) {
    this.scroller = scroller;
    this.button = el("button", { type: "button", class: "new-messages", hidden: true, onclick: () => this.catchUp() });
    line.classList.add("new-messages-line");
    line.setAttribute("role", "status");
    line.replaceChildren(this.button);
    for (const kind of ["wheel", "touchmove"]) scroller.addEventListener(kind, () => { this.moved = true; }, { passive: true });
    scroller.addEventListener("pointerdown", (event) => { if (event.target === scroller) this.moved = true; });
    scroller.addEventListener("keydown", (event) => { if (SCROLL_KEYS.has(event.key)) this.moved = true; });
    scroller.addEventListener("scroll", () => this.scrolled());
    new ResizeObserver(() => this.place()).observe(scroller);
    this.restart();
  }

  // Another place or thread is shown. Messages after the timestamp `since` have not been read there.
  restart(since) {
    Object.assign(this, { since, known: null, unseen: [], target: null, following: true, expecting: false, moved: false });
    this.offer();
  }

  // The reader did something: what comes of it is to be seen wherever they have scrolled to.
  expect() {
    this.expecting = true;
  }

  atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  scrolled() {
    if (!this.moved) return;
    this.following = this.atEnd();
    this.expecting = false;
    this.target = null;
    if (this.following) this.unseen = [];
    this.offer();
  }

  // Call after every drawing of the messages.
  drawn(list) {
    this.list = list;
    const messages = [...list.querySelectorAll(":scope > .message")];
    const fresh = this.known ? messages.filter((node) => !this.known.has(node.dataset.key)) : this.unread(messages);
    this.known = new Set(messages.map((node) => node.dataset.key));
    if (fresh.length && (this.following || this.expecting)) this.turnTo(fresh[0]);
    else this.unseen.push(...fresh.map((node) => node.dataset.key));
    this.place();
    this.offer();
  }

  unread(messages) {
    const first = messages.find((node) => this.since && node.dataset.key > this.since && !("own" in node.dataset));
    return first ? [first] : messages.slice(-1);
  }

  turnTo(node) {
    Object.assign(this, { following: true, expecting: false, moved: false, unseen: [], target: node.dataset.key });
  }

  // Whether the reader's own message is shown above what follows it: when it is short and costs nothing of a short answer.
  goesWith(question, node) {
    const room = this.scroller.clientHeight;
    const both = node.getBoundingClientRect().bottom - question.getBoundingClientRect().top;
    return "own" in question.dataset && question.offsetHeight < room * 0.3 && (both <= room || node.offsetHeight > room);
  }

  // The end, unless that would push the beginning of what is new out of view.
  place() {
    if (!this.following || !this.list || this.moved) return;
    const { scroller } = this;
    const end = scroller.scrollHeight - scroller.clientHeight;
    const fresh = this.target && this.list.querySelector(`:scope > [data-key="${CSS.escape(this.target)}"]`);
    const question = fresh && previousMessage(fresh);
    const node = question && this.goesWith(question, fresh) ? question : fresh;
    if (!node) { scroller.scrollTop = end; return; }
    const spare = scroller.clientHeight - node.offsetHeight;
    const top = node.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    scroller.scrollTop = Math.min(end, top - (spare < 0 ? 12 : Math.min(12, spare)));
  }

  offer() {
    const count = this.unseen.length;
    this.button.hidden = !count;
    this.button.replaceChildren(icon("down"), count === 1 ? "1 new message" : `${count} new messages`);
  }

  catchUp() {
    const node = this.list.querySelector(`:scope > [data-key="${CSS.escape(this.unseen[0])}"]`);
    if (node) this.turnTo(node);
    this.place();
    this.offer();
    node?.focus({ preventScroll: true });
  }
}

function previousMessage(node) {
  const before = node.previousElementSibling;
  if (!before || before.classList.contains("message")) return before;
  return before.previousElementSibling?.classList.contains("message") ? before.previousElementSibling : null;
}
