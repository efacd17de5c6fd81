// The messages of the channel, below its name and above the guide.

import { el, icon } from "./dom.js";
import { Follower } from "./follow.js";
import { drawGuide } from "./guide.js";
import { drawMessages } from "./messages.js";

const part = (id) => document.getElementById(id);
const follower = new Follower(part("stream"), part("new-messages"));

export const follow = {
  restart: (since) => follower.restart(since),
  expect: () => follower.expect(),
};

export const newestMessage = () => part("list")?.querySelector(":scope > .message:last-child");

function child(parent, id, make) {
  let node = part(id);
  if (!node || node.parentElement !== parent) { node = make(); node.id = id; parent.append(node); }
  return node;
}

function welcome(place) {
  if (place.kind === "im") return [el("h2", {}, "Proviso"), el("p", {}, "Ask about partnered operations. Every sentence of an answer shows the passage it rests on.")];
  return [el("h2", {}, icon(place.kind === "group" ? "lock" : "hash"), place.name), el("p", {}, `${place.topic}. Write @proviso and a question, or / for its commands.`)];
}

function drawPrompts(node, world, deeds) {
  const offered = world.place(world.channel).kind === "im" ? world.prompts?.prompts ?? [] : [];
  const signature = JSON.stringify(offered);
  if (node.dataset.shown === signature) return;
  node.dataset.shown = signature;
  node.replaceChildren(...offered.map((prompt) => el("button", { type: "button", onclick: () => deeds.say(prompt.message).catch(() => undefined) }, prompt.title)));
}

export function drawStream(world, deeds, redraw) {
  const stream = part("stream");
  if (part("home")) stream.replaceChildren();
  const intro = child(stream, "intro", () => el("div", { class: "intro" }));
  const place = world.place(world.channel);
  if (intro.dataset.of !== place.id) intro.replaceChildren(...welcome(place));
  intro.dataset.of = place.id;
  const list = child(stream, "list", () => el("div", { class: "list", role: "log", "aria-label": "Messages" }));
  drawMessages(list, world.messages, world, deeds);
  drawPrompts(child(stream, "prompts", () => el("div", { class: "prompts" })), world, deeds);
  drawGuide(child(stream, "guide-card", () => el("div")), "card", world, deeds, redraw);
  follower.drawn(list);
}
