// The left rail: who is here, where one can go, whether the app is connected.

import { avatar, el, icon } from "./dom.js";

function entry(channel, world, deeds, unread) {
  const im = channel.kind === "im";
  const face = im ? avatar(world.person(world.bot), "tiny") : icon(channel.kind === "group" ? "lock" : "hash");
  const here = channel.id === world.channel;
  return el("li", {}, el("button", {
    type: "button", class: `place${here ? " here" : ""}${unread ? " unread" : ""}`, "aria-current": here ? "page" : undefined,
    onclick: () => deeds.go(channel.id),
  }, face, el("span", {}, im ? "Proviso" : channel.name), unread && el("span", { class: "unread-dot", role: "img", "aria-label": "unread" })));
}

function people(world, deeds) {
  const humans = world.people.filter((person) => !person.is_bot && !person.deleted);
  const step = (event, n) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const next = humans[(n + by + humans.length) % humans.length].id;
    deeds.become(next, { focus: `act-${next}` });
  };
  return el("div", { class: "switch", role: "radiogroup", "aria-label": "Act as" }, humans.map((person, n) =>
    el("button", {
      type: "button", role: "radio", class: "person", id: `act-${person.id}`, "aria-checked": String(person.id === world.me),
      tabindex: person.id === world.me ? "0" : "-1", onclick: () => deeds.become(person.id), onkeydown: (event) => step(event, n),
    },
      avatar(person, "small"), el("span", {}, el("strong", {}, person.real_name), el("small", {}, person.title || person.name, person.is_admin ? " · admin" : "")))));
}

export function drawRail(parent, world, deeds, unread) {
  const channels = world.channels.filter((channel) => channel.kind !== "im");
  const ims = world.channels.filter((channel) => channel.kind === "im");
  const up = world.connections > 0;
  const section = (title, list) => [el("h2", {}, title), el("ul", {}, list.map((c) => entry(c, world, deeds, unread(c))))];
  parent.replaceChildren(
    el("header", { class: "team" }, el("img", { src: "/static/icon.svg", alt: "", class: "team-mark" }),
      el("div", {}, el("h1", {}, world.team), el("p", { class: up ? "up" : "down", role: "status" }, up ? "Proviso is connected" : "Proviso is not connected"))),
    el("div", { class: "places" }, section("Channels", channels), section("Apps", ims)),
    el("footer", {}, el("h2", {}, "Act as"), people(world, deeds),
      el("button", { type: "button", class: "place", onclick: deeds.guide }, icon("help"), el("span", {}, "Show me around"))),
  );
}
