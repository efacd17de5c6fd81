// Messages in the channel and in the thread panel.

import { avatar, el, icon, reconcile } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { collect } from "./elements.js";
import { formatted } from "./text.js";

const BURST = 300; // seconds within which one author's messages share a head

const seconds = (ts) => Number(ts);

export function clockTime(ts, zone) {
  return new Date(seconds(ts) * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

export function dayName(ts, world) {
  const style = { weekday: "long", day: "numeric", month: "long", timeZone: world.zone };
  const day = (moment) => moment.toLocaleDateString("en-GB", { ...style, year: "numeric" });
  const then = new Date(seconds(ts) * 1000);
  const now = new Date(world.now);
  if (day(then) === day(now)) return "Today";
  if (day(then) === day(new Date(now.getTime() - 86_400_000))) return "Yesterday";
  return then.toLocaleDateString("en-GB", then.getFullYear() === now.getFullYear() ? style : { ...style, year: "numeric" });
}

const nobody = (id) => ({ id, name: "slackbot", real_name: "Slackbot", is_bot: false, title: "" });

export const author = (message, world) => world.person(message.user) ?? nobody(message.user);

function body(message, world, deeds) {
  const holder = el("div", { class: "blocks" });
  const act = (block, element, value) => deeds.act({
    channel: world.channel, ts: message.ts, block_id: block.block_id, action_id: element.action_id ?? "",
    carries: element.value, value, values: collect(holder),
  });
  if (message.blocks?.length) holder.append(...renderBlocks(message.blocks, { world, act }));
  else holder.append(el("div", { class: "rich" }, formatted(message.text, world)));
  return holder;
}

function threadLine(message, world, deeds) {
  const { count, people, last } = message.replies;
  const faces = people.slice(0, 3).map((id) => avatar(world.person(id) ?? nobody(id), "tiny"));
  return el("button", { type: "button", class: "thread-line", onclick: () => deeds.openThread(message.ts) },
    faces, el("strong", {}, count === 1 ? "1 reply" : `${count} replies`),
    el("span", {}, `Last reply ${dayName(last, world).toLowerCase()} at ${clockTime(last, world.zone)}`));
}

function head(message, who, world) {
  return el("div", { class: "message-head" },
    el("strong", { class: "who" }, who.real_name),
    who.is_bot && el("span", { class: "app-badge" }, "App"),
    el("time", { datetime: new Date(seconds(message.ts) * 1000).toISOString() }, clockTime(message.ts, world.zone)));
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  return el("div", { class: "reactions" }, message.reactions.map((r) => el("span", { class: "reaction" }, formatted(`:${r.name}: ${r.count}`, {}))));
}

function one({ message, compact, inThread, status }, world, deeds) {
  const who = author(message, world);
  const ephemeral = message.visible_to !== null;
  const node = el("article", { class: `message${compact ? " compact" : ""}${ephemeral ? " ephemeral" : ""}`, "aria-label": `${who.real_name}, ${clockTime(message.ts, world.zone)}`,
    tabindex: "-1", "data-own": message.user === world.me },
    ephemeral && el("div", { class: "ephemeral-mark" }, icon("eye"), "Only visible to you",
      el("button", { type: "button", class: "link", onclick: () => deeds.dismiss(message) }, "Dismiss")),
    compact ? el("time", { class: "gutter" }, clockTime(message.ts, world.zone)) : avatar(who),
    el("div", { class: "message-body" },
      !compact && head(message, who, world),
      body(message, world, deeds),
      message.edited && el("span", { class: "edited" }, "(edited)"),
      reactions(message),
      !inThread && message.replies && threadLine(message, world, deeds),
      !inThread && status && statusLine(status, world)));
  if (!inThread && !ephemeral) {
    node.append(el("div", { class: "message-tools" },
      el("button", { type: "button", title: "Reply in thread", "aria-label": "Reply in thread", onclick: () => deeds.openThread(message.ts) }, icon("reply"))));
  }
  return node;
}

export function statusLine(status, world) {
  const bot = world.person(world.bot);
  return el("p", { class: "status", role: "status" }, el("span", { class: "pulse" }, el("i"), el("i"), el("i")), el("strong", {}, bot.real_name), ` ${status}`);
}

export function drawMessages(parent, messages, world, deeds, { inThread = false } = {}) {
  const items = [];
  let last = null;
  for (const message of messages) {
    const day = dayName(message.ts, world);
    const fresh = !last || dayName(last.ts, world) !== day;
    if (fresh && !inThread) items.push({ key: `day-${day}`, signature: day, day });
    const close = last && seconds(message.ts) - seconds(last.ts) < BURST;
    const compact = Boolean(!fresh && close && last.user === message.user && !last.replies && !message.visible_to && !last.visible_to);
    const status = world.statuses[message.ts];
    items.push({ key: message.ts, signature: JSON.stringify([message, compact, status, world.zone, world.me]), message, compact, inThread, status });
    last = message;
    if (inThread && message === messages[0] && messages.length > 1) {
      const count = messages.length - 1;
      const words = count === 1 ? "1 reply" : `${count} replies`;
      items.push({ key: "count", signature: words, divider: words });
      last = null;
    }
  }
  reconcile(parent, items, (item) => {
    if (item.day) return el("h2", { class: "day" }, el("span", {}, item.day));
    if (item.divider) return el("div", { class: "thread-count" }, el("span", {}, item.divider));
    return one(item, world, deeds);
  });
}
