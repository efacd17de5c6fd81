// The movable clock: what time it is in this workspace, and where to move it.

import { el, icon } from "./dom.js";

const STYLE = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };

const SHORT = { day: "numeric", month: "short" };

let open = false;

export const clockIsOpen = () => open;

export function showClock(shown) {
  open = shown;
  const panel = document.getElementById("clock-panel");
  if (!panel) return;
  panel.hidden = !shown;
  document.getElementById("clock").setAttribute("aria-expanded", String(shown));
}

function ahead(seconds) {
  const days = Math.round(seconds / 86_400);
  return days ? `${days > 0 ? "+" : "−"}${Math.abs(days)} ${Math.abs(days) === 1 ? "day" : "days"}` : "";
}

export function clockButton() {
  return el("div", { class: "clock" },
    el("button", { type: "button", id: "clock", "aria-expanded": String(open), "aria-controls": "clock-panel", onclick: () => showClock(!open) }),
    el("div", { id: "clock-panel", class: "clock-panel", hidden: !open }));
}

export function drawClock(world, deeds) {
  drawTime(document.getElementById("clock"), world);
  drawPanel(document.getElementById("clock-panel"), world, deeds);
}

function drawTime(button, world) {
  const now = new Date(world.now).toLocaleString("en-GB", { ...STYLE, timeZone: world.zone });
  const day = new Date(world.now).toLocaleDateString("en-GB", { ...SHORT, timeZone: world.zone });
  const moved = ahead(world.ahead);
  if (button.dataset.shown === `${now} ${moved}`) return;
  button.dataset.shown = `${now} ${moved}`;
  button.replaceChildren(icon("clock"), el("span", { class: "unseen" }, "Clock of this workspace: "),
    el("span", { class: "clock-now" }, now),
    el("span", { class: "clock-day", "aria-hidden": "true" }, day), moved && el("span", { class: "ahead" }, moved));
}

// The clock goes to noon of a day.
export function isLater(day, world) {
  const moment = new Date(world.now);
  const today = moment.toLocaleDateString("en-CA", { timeZone: world.zone });
  const hour = Number(moment.toLocaleTimeString("en-GB", { hour: "2-digit", timeZone: world.zone }));
  return day > today || (day === today && hour < 12);
}

export const noNudge = (world) => (world.anything_open
  ? "No nudge is planned. Every stage of what is open has been posted; record the assessment, or add a partner."
  : "No nudge is planned. Add a partner first: /partner add.");

function nextNudge(world, deeds) {
  const next = world.next_nudge;
  const place = next && world.place(next.channel);
  const when = next && new Date(next.at).toLocaleString("en-GB", { ...STYLE, timeZone: world.zone });
  const about = next ? `${when}${place ? ` in ${place.kind === "im" ? "your messages" : `#${place.name}`}` : ""}` : noNudge(world);
  return [
    el("button", { type: "button", class: "primary wide", "aria-describedby": "next-nudge", onclick: () => deeds.nextNudge() }, "To the next nudge"),
    el("p", { id: "next-nudge", class: "hint" }, about),
  ];
}

function drawPanel(panel, world, deeds) {
  const today = new Date(world.now).toLocaleDateString("en-CA", { timeZone: world.zone });
  const signature = JSON.stringify([world.next_nudge, world.anything_open, world.zone, world.me, today]);
  if (panel.dataset.signature === signature || panel.querySelector("input:focus")) return;
  panel.dataset.signature = signature;
  const day = el("input", { type: "date", id: "clock-day", "aria-label": "Go to date", min: today, value: today });
  const go = () => deeds.advanceTo(day.value);
  const step = (label, days) => el("button", { type: "button", onclick: () => deeds.advance({ days }) }, label);
  panel.replaceChildren(
    el("p", {}, "Move this workspace’s time forward to see nudges arrive."),
    ...nextNudge(world, deeds),
    el("div", { class: "actions" }, step("+1 day", 1), step("+1 week", 7), step("+1 month", 30)),
    el("div", { class: "actions" }, day, el("button", { type: "button", onclick: go }, "Go")));
}
