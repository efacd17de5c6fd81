// The head of the channel: its name and topic, the app's tabs, and the movable clock.

import { el, icon } from "./dom.js";

function ahead(seconds) {
  const days = Math.round(seconds / 86_400);
  return days ? `${days > 0 ? "+" : "−"}${Math.abs(days)} ${Math.abs(days) === 1 ? "day" : "days"}` : "";
}

function clock(world, deeds) {
  const now = new Date(world.now);
  const style = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: world.zone };
  const day = el("input", { type: "date", "aria-label": "Go to date", min: world.now.slice(0, 10), value: world.now.slice(0, 10) });
  const go = () => {
    const wanted = new Date(`${day.value}T09:00:00`);
    day.blur();
    if (!Number.isNaN(wanted.getTime())) deeds.advance({ to: wanted.toISOString() });
  };
  const step = (label, days) => el("button", { type: "button", onclick: () => deeds.advance({ days }) }, label);
  return el("details", { class: "clock" },
    el("summary", { "aria-label": "The sandbox's clock" }, icon("clock"), el("span", { class: "clock-now" }, now.toLocaleString("en-GB", style)),
      ahead(world.ahead) && el("span", { class: "ahead" }, ahead(world.ahead))),
    el("div", { class: "clock-menu" },
      el("p", {}, "Move this workspace’s time forward to see reminders arrive."),
      el("div", { class: "actions" }, step("+1 day", 1), step("+1 week", 7), step("+1 month", 30)),
      el("div", { class: "actions" }, day, el("button", { type: "button", onclick: go }, "Go"))));
}

function tabs(world, deeds, tab) {
  const one = (name, label) => el("button", { type: "button", role: "tab", "aria-selected": tab === name ? "true" : "false", onclick: () => deeds.tab(name) }, label);
  return el("div", { class: "tabs", role: "tablist" }, one("messages", "Messages"), one("home", "Home"));
}

let drawn = "";

export function drawHead(parent, world, deeds, tab) {
  const place = world.place(world.channel);
  const im = place.kind === "im";
  const signature = JSON.stringify([place, tab, world.now.slice(0, 16), world.zone]);
  if (signature === drawn || parent.querySelector(".clock input:focus")) return;
  drawn = signature;
  const open = parent.querySelector(".clock")?.open ?? false;
  parent.replaceChildren(
    el("button", { type: "button", class: "plain narrow-only", "aria-label": "Channels", onclick: deeds.menu }, icon("menu")),
    el("div", { class: "head-name" },
      el("h2", {}, im ? el("img", { src: "/static/icon.svg", alt: "", class: "avatar small" }) : icon(place.kind === "group" ? "lock" : "hash"), im ? "Proviso" : place.name,
        place.shared && el("span", { class: "app-badge" }, "Shared"), place.archived && el("span", { class: "app-badge" }, "Archived")),
      !im && el("p", {}, place.topic)),
    im ? tabs(world, deeds, tab) : el("span", { class: "members", title: "Members" }, icon("people"), String(place.members.length)),
    clock(world, deeds),
  );
  parent.querySelector(".clock").open = open;
}
