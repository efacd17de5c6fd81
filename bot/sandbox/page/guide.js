// The first visit: three things to click.

import { el, icon } from "./dom.js";

const DONE = "proviso-guide-done";
const STEPS = [
  { id: "ask", title: "Ask a question", text: "What should an assessment of a partner cover?", say: "@proviso What should an assessment of a partner cover?", about: "The answer quotes its sources, sentence by sentence." },
  { id: "checklist", title: "Look up a checklist", text: "/checklist assessment", say: "/checklist assessment", about: "Items with the reason and the source for each." },
  { id: "partner", title: "Register a partner", text: "/partner add", say: "/partner add", about: "Then move the clock, top right, and watch the nudge arrive." },
];

const read = () => { try { return JSON.parse(localStorage.getItem(DONE) ?? "{}"); } catch { return {}; } };
const write = (value) => localStorage.setItem(DONE, JSON.stringify(value));

export function showGuide() {
  write({});
}

const started = (done) => STEPS.some((step) => done[step.id]);

export const guidePlace = () => (read().closed ? "none" : started(read()) ? "strip" : "card");

function stepMark(step, n, done) {
  return el("span", { class: "step", "aria-hidden": "true" }, done[step.id] ? icon("check") : String(n + 1));
}

// The card of the very first visit; once a step is done, a strip above the message box.
export function guideCard(deeds, redraw) {
  const done = read();
  const strip = started(done);
  const close = () => { write({ ...done, closed: true }); redraw(); };
  const start = (step) => { write({ ...done, [step.id]: true }); redraw(); deeds.say(step.say).catch(() => undefined); };
  const shut = el("button", { type: "button", class: "plain", "aria-label": "Close the guide", onclick: close }, icon("close"));
  if (strip) {
    return el("section", { class: "guide-strip", "aria-label": "Getting started" }, STEPS.map((step, n) =>
      el("button", { type: "button", class: done[step.id] ? "done" : "", title: step.text, onclick: () => start(step) }, stepMark(step, n, done), step.title)), shut);
  }
  return el("section", { class: "guide", "aria-label": "Getting started" },
    el("div", { class: "guide-head" }, el("h2", {}, "Three things to try"), shut),
    el("p", {}, "This workspace runs on your own machine, with the real bot in it. No Slack account is needed."),
    el("ol", {}, STEPS.map((step, n) => el("li", {}, stepMark(step, n, done),
      el("div", {}, el("strong", {}, step.title), el("p", {}, step.about)),
      el("button", { type: "button", class: "primary", onclick: () => start(step) }, step.text)))));
}
