// The first visit: four things to click, from a question to a nudge.

import { el, icon } from "./dom.js";

const KEPT = "proviso-guide";
const STEPS = [
  { id: "ask", title: "Ask a question", button: "What should an assessment of a partner cover?", say: "@proviso What should an assessment of a partner cover?", about: "The answer quotes its sources, sentence by sentence." },
  { id: "checklist", title: "Look up a checklist", button: "/checklist assessment", say: "/checklist assessment", about: "Each item comes with its reason and its source." },
  { id: "partner", title: "Register a partner", button: "/partner add", say: "/partner add", about: "Give a name; everything else is filled in." },
  { id: "nudge", title: "See the nudge", button: "To the next nudge", about: "This workspace’s clock jumps to the day it comes." },
];

const read = () => { try { return JSON.parse(localStorage.getItem(KEPT) ?? "{}"); } catch { return {}; } };
const write = (value) => localStorage.setItem(KEPT, JSON.stringify(value));

export const showGuide = () => write({});

let asked = null; // when a question was sent, in seconds of the workspace's clock
let due = null; // {channel, last}: a nudge whose time has come, and the newest message of its channel before

// What people do by hand counts as well.
export function guideSent(text, direct, world) {
  if (text.startsWith("/checklist")) mark("checklist");
  else if (text.startsWith("/partner add")) mark("partner");
  else if (!text.startsWith("/") && (direct || text.includes("@proviso"))) asked = Date.parse(world.now) / 1000;
}

const buttons = (message) => (message.blocks ?? []).flatMap((block) => [block.accessory, ...(block.elements ?? [])]);
const isAnswer = (message, world) => message.user === world.bot && buttons(message).some((item) => item?.action_id === "passage.show");

function sawAnswer(world) {
  if (asked === null || ![...world.messages, ...world.thread].some((m) => Number(m.ts) > asked && isAnswer(m, world))) return;
  asked = null;
  mark("ask");
}

function sawNudge(before, world) {
  if (before?.me !== world.me) { due = null; return; }
  const planned = before.next_nudge;
  if (planned && Date.parse(planned.at) <= Date.parse(world.now)) due ??= { channel: planned.channel, last: before.place(planned.channel)?.last };
  if (!due || world.place(due.channel)?.last === due.last) return;
  due = null;
  mark("nudge");
}

// What has come since the page looked last: an answer, a nudge.
export function guideSaw(before, world) {
  sawAnswer(world);
  sawNudge(before, world);
}

export const mark = (id) => write({ ...read(), [id]: true });

// A partner is registered once there is a nudge to come: the form may have been closed again.
function progress(world) {
  const kept = read();
  return { ...kept, partner: Boolean(kept.partner && (kept.nudge || world.next_nudge)) };
}

const touched = (kept) => STEPS.some((step) => kept[step.id]);

export const guidePlace = () => (read().closed ? "none" : touched(read()) ? "strip" : "card");

const stepMark = (step, n, done) => el("span", { class: `step${done[step.id] ? " done" : ""}`, "aria-hidden": "true" }, done[step.id] ? icon("check") : String(n + 1));

function start(step, deeds) {
  if (step.id === "nudge") return deeds.nextNudge();
  return deeds.sayInChannel(step.say).catch(() => undefined);
}

const startButton = (step, deeds) => el("button", { type: "button", id: `guide-${step.id}`, class: "primary", onclick: () => start(step, deeds) }, step.button);

function closeButton(redraw, label) {
  const close = () => { write({ ...read(), closed: true }); redraw(); };
  if (label) return el("button", { type: "button", id: "guide-end", onclick: close }, label);
  return el("button", { type: "button", class: "plain", "aria-label": "Close the guide", onclick: close }, icon("close"));
}

// What to do next, above the message box: shown once something has been done.
function strip(world, deeds, redraw) {
  const done = progress(world);
  const next = STEPS.find((step) => !done[step.id]);
  return el("section", { class: "guide-strip", "aria-label": "Getting started" },
    el("div", { class: "steps", "aria-hidden": "true" }, STEPS.map((step, n) => stepMark(step, n, done))),
    el("div", { class: "guide-text" },
      el("strong", {}, next ? next.title : "That is the tour"),
      el("p", {}, next ? next.about : "Ask on, or try the buttons of the nudge. “Show me around” starts again.")),
    next ? startButton(next, deeds) : closeButton(redraw, "Close the guide"),
    next && closeButton(redraw));
}

function card(world, deeds, redraw) {
  const done = progress(world);
  return el("section", { class: "guide", "aria-label": "Getting started" },
    el("div", { class: "guide-head" }, el("h2", {}, "Four things to try"), closeButton(redraw)),
    el("p", {}, "This workspace runs on your own machine, with the real bot in it. No Slack account is needed."),
    el("ol", {}, STEPS.map((step, n) => el("li", {}, stepMark(step, n, done),
      el("div", {}, el("strong", {}, step.title), el("p", {}, step.about)), startButton(step, deeds)))));
}

// Draws the guide into `parent` where `where` ("card" or "strip") is its place; "none" clears it.
export function drawGuide(parent, where, world, deeds, redraw) {
  const shown = where !== "none" && guidePlace() === where ? JSON.stringify(progress(world)) : "";
  if (parent.dataset.shown === shown) return;
  parent.dataset.shown = shown;
  const build = where === "card" ? card : strip;
  parent.replaceChildren(...(shown ? [build(world, deeds, redraw)] : []));
}
