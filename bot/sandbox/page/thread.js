// The thread panel, beside the channel; on a small screen, in its place.

import { Composer } from "./composer.js";
import { el, icon } from "./dom.js";
import { Follower } from "./follow.js";
import { drawGuide } from "./guide.js";
import { drawMessages, statusLine } from "./messages.js";

const aside = document.getElementById("thread");
let follower = null;

export const followThread = { expect: () => follower?.expect() };
export const covers = () => !aside.hidden && getComputedStyle(aside).position === "fixed";

function build(world, deeds, send) {
  const name = world.place(world.channel).kind === "im" ? "Proviso" : `#${world.place(world.channel).name}`;
  const box = el("div", { class: "composer" });
  const list = el("div", { id: "thread-list", class: "list", role: "log", "aria-label": "Replies", tabindex: "0" });
  const line = el("div", {});
  aside.replaceChildren(
    el("header", {},
      el("button", { type: "button", class: "plain covering-only", "aria-label": `Back to ${name}`, onclick: deeds.closeThread }, icon("back")),
      el("div", { class: "head-name" }, el("h2", {}, "Thread"), el("p", {}, name)),
      el("button", { type: "button", class: "plain", "aria-label": "Close thread", onclick: deeds.closeThread }, icon("close"))),
    list, el("div", { id: "thread-status" }), line, el("div", { id: "thread-guide" }), box);
  follower = new Follower(list, line);
  new Composer(box, { label: "Reply…", id: "thread", world: () => world, inThread: true, send });
}

export function drawThread(open, world, deeds, send, redraw) {
  if (open && !world.thread.some((message) => open === message.ts || open === message.thread_ts)) return; // not looked at yet
  if (!open) {
    aside.hidden = true;
    aside.replaceChildren();
    delete aside.dataset.of;
    return;
  }
  if (aside.dataset.of !== `${world.me} ${open}`) build(world, deeds, send);
  aside.dataset.of = `${world.me} ${open}`;
  aside.hidden = false;
  const list = document.getElementById("thread-list");
  drawMessages(list, world.thread, world, deeds, { inThread: true });
  drawGuide(document.getElementById("thread-guide"), covers() ? "strip" : "none", world, deeds, redraw);
  const status = world.statuses[open];
  document.getElementById("thread-status").replaceChildren(...(status ? [statusLine(status, world)] : []));
  follower.drawn(list);
}
