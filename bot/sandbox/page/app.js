// The page: what is looked at, what the server says, and drawing both.

import { el, icon } from "./dom.js";
import { look, perform, watch } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { Composer } from "./composer.js";
import { collect } from "./elements.js";
import { guideCard, guidePlace, showGuide } from "./guide.js";
import { drawHead } from "./head.js";
import { drawMessages, statusLine } from "./messages.js";
import { drawModal } from "./modal.js";
import { drawRail } from "./rail.js";

const part = (id) => document.getElementById(id);
const kept = (name, fallback) => sessionStorage.getItem(name) ?? fallback;

const here = { user: kept("user", "U0AMAL"), channel: location.hash.slice(1).split("/")[0] || kept("channel", ""), thread: null, tab: "messages" };
let world = null;
let awaited = null; // the newest own message when a question was sent: its answer opens the thread
let line = true;
const seen = JSON.parse(kept("seen", "{}"));

function toast(error) {
  const node = el("p", { class: "toast" }, error.message);
  part("toasts").append(node);
  setTimeout(() => node.remove(), 6000);
}

async function attempt(doing) {
  try { await perform({ user: here.user, ...doing }); } catch (error) { toast(error); throw error; }
}

const quietly = (doing) => attempt(doing).catch(() => undefined);

const deeds = {
  act: (action) => quietly({ do: "act", ...action }),
  submit: (values) => quietly({ do: "submit", values }),
  close: () => quietly({ do: "close" }),
  dismiss: (message) => quietly({ do: "dismiss", channel: world.channel, ts: message.ts }),
  advance: (by) => quietly({ do: "advance", ...by }),
  openThread(ts) { here.thread = ts; refresh().then(() => part("thread-text")?.focus()); },
  closeThread() { here.thread = null; refresh(); },
  go(channel) { Object.assign(here, { channel, thread: null, tab: "messages" }); awaited = null; enter(); },
  become(user) { Object.assign(here, { user, thread: null, tab: "messages" }); awaited = null; enter(); },
  tab(name) { here.tab = name; quietly({ do: "open_app", tab: name }); refresh(); },
  menu: () => document.body.classList.toggle("rail-open"),
  guide() { showGuide(); draw(); part("stream").scrollTo(0, part("stream").scrollHeight); },
  say: (text, thread) => {
    if (text.startsWith("/")) return attempt({ do: "command", channel: world.channel, text });
    if (!thread && text.includes("@proviso")) awaited = newest() ?? "0";
    return attempt({ do: "say", channel: world.channel, text, thread });
  },
};

const newest = () => world.messages.filter((message) => message.user === world.me).at(-1)?.ts;

function enter() {
  sessionStorage.setItem("user", here.user);
  sessionStorage.setItem("channel", here.channel);
  history.replaceState(null, "", `#${here.channel}`);
  document.body.classList.remove("rail-open");
  part("stream").replaceChildren();
  refresh().then(() => {
    if (world.place(world.channel).kind === "im") quietly({ do: "open_app", tab: "messages" });
    part("composer-text").focus();
  });
}

let looking = null;
let again = false;

async function refresh() {
  if (looking) { again = true; return looking; }
  looking = (async () => {
    do {
      again = false;
      const { user, channel, thread } = here;
      try {
        const state = await look(user, channel, thread);
        // Somebody went elsewhere meanwhile: what comes back is of the place they left.
        if (user === here.user && channel === here.channel && thread === here.thread) adopt(state);
        else again = true;
      } catch { line = false; }
    } while (again);
  })().finally(() => { looking = null; });
  return looking;
}

function adopt(state) {
  const people = new Map(state.people.map((person) => [person.id, person]));
  const places = new Map(state.channels.map((channel) => [channel.id, channel]));
  world = { ...state, person: (id) => people.get(id), place: (id) => places.get(id), zone: people.get(state.me).tz };
  here.channel = state.channel;
  const answered = awaited && world.messages.find((m) => m.user === world.me && m.ts > awaited && m.replies);
  if (answered && !here.thread) { here.thread = answered.ts; again = true; }
  if (answered) awaited = null;
  if (document.visibilityState === "visible") seen[`${world.me} ${world.channel}`] = world.place(world.channel).last;
  sessionStorage.setItem("seen", JSON.stringify(seen));
  draw();
}

const unread = (channel) => channel.id !== world.channel && channel.last > (seen[`${world.me} ${channel.id}`] ?? "");

let railDrawn = "";

function draw() {
  const signature = JSON.stringify([world.channels.map((c) => [c.id, c.name, unread(c)]), world.me, world.channel, world.connections, world.people]);
  if (signature !== railDrawn) drawRail(part("rail"), world, deeds, unread);
  railDrawn = signature;
  drawHead(part("head"), world, deeds, here.tab);
  const home = here.tab === "home" && world.place(world.channel).kind === "im";
  part("composer").hidden = home;
  if (home) drawHome();
  else drawStream();
  drawThread();
  drawModal(world.modal, world, deeds);
  const place = world.place(world.channel);
  composer.label(place.archived ? "This channel is archived" : `Message ${place.kind === "im" ? "Proviso" : `#${place.name}`}`);
  document.title = `${place.kind === "im" ? "Proviso" : `#${place.name}`} · ${world.team}`;
}

function atBottom(node) {
  return node.scrollHeight - node.scrollTop - node.clientHeight < 80;
}

function sub(parent, id, make) {
  let node = part(id);
  if (!node || node.parentElement !== parent) { node = make(); node.id = id; parent.append(node); }
  return node;
}

function drawStream() {
  const stream = part("stream");
  if (part("home")) stream.replaceChildren();
  const follow = atBottom(stream) || !part("list");
  const intro = sub(stream, "intro", () => el("div", { class: "intro" }));
  const place = world.place(world.channel);
  if (intro.dataset.of !== place.id) intro.replaceChildren(...welcome(place));
  intro.dataset.of = place.id;
  drawMessages(sub(stream, "list", () => el("div", { class: "list", role: "log" })), world.messages, world, deeds);
  drawPrompts(sub(stream, "prompts", () => el("div", { class: "prompts" })));
  const where = guidePlace();
  sub(stream, "guide", () => el("div")).replaceChildren(...(where === "card" ? [guideCard(deeds, draw)] : []));
  part("strip").replaceChildren(...(where === "strip" ? [guideCard(deeds, draw)] : []));
  if (follow) toNewest(stream, part("list").lastElementChild);
}

// Down to the end; a message too long for the screen is shown from its beginning.
function toNewest(stream, last) {
  const above = last ? last.getBoundingClientRect().top - stream.getBoundingClientRect().top + stream.scrollTop - 12 : Infinity;
  const tall = last && last.offsetHeight > stream.clientHeight - 40;
  stream.scrollTop = tall ? above : stream.scrollHeight;
}

function welcome(place) {
  if (place.kind === "im") return [el("h2", {}, "Proviso"), el("p", {}, "Ask about partnered operations. Every sentence of an answer shows the passage it rests on.")];
  return [el("h2", {}, icon(place.kind === "group" ? "lock" : "hash"), place.name), el("p", {}, `${place.topic}. Write @proviso and a question, or / for its commands.`)];
}

function drawPrompts(node) {
  const offered = world.place(world.channel).kind === "im" ? world.prompts?.prompts ?? [] : [];
  node.replaceChildren(...offered.map((prompt) => el("button", { type: "button", onclick: () => deeds.say(prompt.message).catch(() => undefined) }, prompt.title)));
}

function drawHome() {
  const stream = part("stream");
  const signature = JSON.stringify([world.home?.hash, world.me]);
  if (part("home")?.signature === signature) return;
  const node = el("div", { id: "home", class: "home blocks" });
  node.signature = signature;
  const act = (block, element, value) => deeds.act({ view: world.home.id, block_id: block.block_id, action_id: element.action_id ?? "", carries: element.value, value, values: collect(node) });
  if (world.home) node.append(...renderBlocks(world.home.blocks, { world, act }));
  else node.append(el("p", { class: "empty" }, "Proviso has not published anything here yet."));
  stream.replaceChildren(node);
}

let replier = null;

function drawThread() {
  const aside = part("thread");
  if (!here.thread || !world.thread.length) { aside.hidden = true; aside.replaceChildren(); replier = null; return; }
  if (!replier || aside.dataset.of !== here.thread) {
    const box = el("div", { class: "composer" });
    aside.replaceChildren(
      el("header", {}, el("div", {}, el("h2", {}, "Thread"), el("p", {}, world.place(world.channel).kind === "im" ? "Proviso" : `#${world.place(world.channel).name}`)),
        el("button", { type: "button", class: "plain", "aria-label": "Close thread", onclick: deeds.closeThread }, icon("close"))),
      el("div", { id: "thread-list", class: "list", role: "log" }), el("div", { id: "thread-status" }), box);
    replier = new Composer(box, { label: "Reply…", id: "thread", world: () => world, inThread: true, send: threadSend });
    aside.dataset.of = here.thread;
  }
  aside.hidden = false;
  const list = part("thread-list");
  const follow = atBottom(list) || !list.children.length;
  drawMessages(list, world.thread, world, deeds, { inThread: true });
  const status = world.statuses[here.thread];
  part("thread-status").replaceChildren(...(status ? [statusLine(status, world)] : []));
  // A long answer is read from its beginning.
  const grown = list.dataset.count !== String(world.thread.length);
  if (follow && grown) list.scrollTop = world.thread.length > 2 ? list.lastElementChild.offsetTop - list.offsetTop - 8 : 0;
  list.dataset.count = world.thread.length;
}

async function threadSend(text) {
  if (!text.startsWith("/")) return deeds.say(text, here.thread);
  toast(new Error("Commands do not work in threads. Use the message box of the channel."));
  throw new Error("in thread");
}

const composer = new Composer(part("composer"), {
  label: "Message", id: "composer", send: (text) => deeds.say(text),
  world: () => world ?? { commands: [], people: [], channels: [] },
});
part("composer").classList.add("composer");

function lineIs(up) {
  line = up;
  part("banner").hidden = line;
  part("banner").textContent = line ? "" : "The sandbox does not answer. Trying again…";
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.body.classList.remove("rail-open");
  if (event.key === "Escape" && here.thread && !document.querySelector("dialog[open]")) deeds.closeThread();
});
document.addEventListener("click", (event) => {
  const rail = event.target.closest?.("#rail, .narrow-only");
  if (!rail) document.body.classList.remove("rail-open");
  for (const menu of document.querySelectorAll("details[open]")) if (!menu.contains(event.target)) menu.open = false;
});
setInterval(() => world && refresh(), 20_000); // the clock, and statuses that run out
watch(refresh, lineIs);
