// The head of the channel: its name and topic, the app's tabs, and the clock.

import { el, icon } from "./dom.js";
import { clockButton, drawClock } from "./clock.js";

function tabs(deeds, tab) {
  const one = (name, label) => el("button", {
    type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(tab === name), tabindex: tab === name ? "0" : "-1",
    "aria-controls": "stream", onclick: () => deeds.tab(name), onkeydown: (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      deeds.tab(tab === "home" ? "messages" : "home");
      document.getElementById(tab === "home" ? "tab-messages" : "tab-home").focus();
    },
  }, label);
  return el("div", { class: "tabs", role: "tablist", "aria-label": "Proviso" }, one("messages", "Messages"), one("home", "Home"));
}

function name(place) {
  if (place.kind === "im") return el("h2", {}, el("img", { src: "/static/icon.svg", alt: "", class: "avatar small" }), el("span", {}, "Proviso"));
  return el("h2", {}, icon(place.kind === "group" ? "lock" : "hash"), el("span", {}, place.name),
    place.shared && el("span", { class: "app-badge" }, "Shared"), place.archived && el("span", { class: "app-badge" }, "Archived"));
}

function members(place) {
  const count = `${place.members.length}`;
  return el("span", { class: "members", title: `${count} members` }, icon("people"), count, el("span", { class: "unseen" }, " members"));
}

export function drawHead(parent, world, deeds, tab) {
  const place = world.place(world.channel);
  const im = place.kind === "im";
  const signature = JSON.stringify([place.id, place.name, place.topic, place.archived, place.shared, place.members, im && tab, world.home_tab]);
  if (signature !== parent.dataset.signature) {
    parent.dataset.signature = signature;
    parent.replaceChildren(...[
      el("button", { type: "button", id: "menu", class: "plain narrow-only", "aria-label": "Channels", onclick: deeds.menu }, icon("menu")),
      el("div", { class: "head-name" }, name(place), !im && el("p", {}, place.topic)),
      im ? world.home_tab && tabs(deeds, tab) : members(place),
      clockButton(),
    ].filter(Boolean));
  }
  drawClock(world, deeds);
}
