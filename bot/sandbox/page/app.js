// The page: where the reader is, what the server says, and drawing both.

import { AnotherServer, look, perform, watch } from "./api.js";
import { isLater, noNudge, showClock } from "./clock.js";
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { listenForEscape } from "./escape.js";
import { keepingFocus } from "./focus.js";
import { drawGuide, guideSaw, guideSent, mark, showGuide } from "./guide.js";
import { drawHead } from "./head.js";
import { addEntry, entry, leaveEntry, replaceEntry, untilLeft } from "./history.js";
import { drawHome } from "./home.js";
import { drawModal } from "./modal.js";
import { drawRail } from "./rail.js";
import { keepDraft, keptDraft, loadNewPage, wasRestarted } from "./restart.js";
import { drawStream, follow, newestMessage } from "./stream.js";
import { covers, drawThread, followThread } from "./thread.js";

const part = (id) => document.getElementById(id);
const kept = (name, fallback) => sessionStorage.getItem(name) ?? fallback;

const here = { user: kept("user", "U0AMAL"), channel: entry().channel || kept("channel", ""), thread: entry().thread, tab: "messages" };
const seen = JSON.parse(kept("seen", "{}")); // "user channel" -> timestamp of the newest message read there
let world = null;
let awaited = null; // the newest own message when a question was sent: its answer opens the thread

function toast(error) {
  const node = el("p", { class: "toast" }, error.message);
  part("toasts").append(node);
  setTimeout(() => node.remove(), 8000);
}

async function attempt(doing) {
  follow.expect();
  followThread.expect();
  try { return await perform({ user: here.user, ...doing }); } catch (error) {
    if (error instanceof AnotherServer) loadNewPage();
    else toast(error instanceof TypeError ? new Error("The sandbox does not answer, so nothing was sent.") : error);
    throw error;
  }
}

const quietly = (doing) => attempt(doing).catch(() => undefined);
const newestOwn = () => world.messages.filter((message) => message.user === world.me).at(-1)?.ts;
const isNarrow = () => matchMedia("(max-width: 900px)").matches;
const inDirectMessage = () => world.place(world.channel).kind === "im";

const deeds = {
  act: (action) => quietly({ do: "act", ...action }),
  suggest: async (about) => (await quietly({ do: "suggest", ...about }))?.options ?? [],
  submit: (values) => quietly({ do: "submit", values }),
  close: () => quietly({ do: "close" }),
  dismiss: (message) => quietly({ do: "dismiss", channel: world.channel, ts: message.ts }),
  advance: (by) => quietly({ do: "advance", ...by }),
  advanceTo: (day) => (isLater(day, world) ? quietly({ do: "advance", date: day }) : toast(new Error("The clock only moves forward: choose a later date."))),
  nextNudge,
  openThread(ts) { moveToThread(ts); refresh().then(() => part("thread-text")?.focus()); },
  closeThread: () => closeThread(),
  leaveThread: () => closeThread({ typing: true }),
  async go(channel) {
    await untilLeft();
    if (channel === here.channel) await leaveThreadEntry();
    else addEntry({ channel });
    return arrive({ channel });
  },
  become(user, options) { replaceEntry({ channel: here.channel }); Object.assign(here, { user, thread: null, tab: "messages" }); return enter(options); },
  tab(name) { here.tab = name; quietly({ do: "open_app", tab: name }); follow.restart(); refresh(); },
  menu() {
    const open = document.body.classList.toggle("rail-open");
    (open ? part("rail").querySelector(".here, button") : part("menu")).focus();
  },
  guide() { showGuide(); document.body.classList.remove("rail-open"); follow.restart(); draw(); },
  say(text, thread) {
    guideSent(text, inDirectMessage(), world);
    if (text.startsWith("/")) return attempt({ do: "command", channel: world.channel, text });
    if (!thread && text.includes("@proviso")) awaited = newestOwn() ?? "0";
    return attempt({ do: "say", channel: world.channel, text, thread });
  },
  async sayInChannel(text) {
    if (covers()) await closeThread();
    return deeds.say(text);
  },
};

async function nextNudge() {
  await refresh();
  const next = world.next_nudge;
  if (!next) { toast(new Error(noNudge(world))); return; }
  if (!world.place(next.channel)) { toast(new Error("The next nudge goes to a channel you are not in, so the clock stays. Act as somebody else.")); return; }
  showClock(false);
  if (covers()) await closeThread();
  if (next.channel !== here.channel || here.tab === "home") await deeds.go(next.channel);
  mark("nudge");
  await quietly({ do: "advance", to: next.at });
}

// The focus goes back to the message whose thread it was; for who left with a key, to the message box.
function closeThread({ typing = false } = {}) {
  const message = part("list")?.querySelector(`:scope > [data-key="${CSS.escape(here.thread)}"]`);
  const inside = part("thread").contains(document.activeElement);
  here.thread = null;
  draw();
  const left = leaveThreadEntry();
  if (inside) (typing && !isNarrow() ? part("composer-text") : message?.querySelector(".thread-line, .message-tools button") ?? part("composer-text")).focus();
  return left;
}

const leaveThreadEntry = async () => entry().thread && leaveEntry();

function moveToThread(ts) {
  const record = here.thread ? replaceEntry : addEntry;
  record({ channel: here.channel, thread: ts });
  here.thread = ts;
}

const arrive = ({ channel, thread = null }, options) => {
  Object.assign(here, { channel, thread, tab: "messages" });
  return enter(options);
};

let closing = null; // the dialog that the reader left with Back

// A dialog that opened is an entry; one that closed by itself takes its entry along.
function recordDialog() {
  const recorded = entry().dialog;
  if (world.modal && !recorded && world.modal.id !== closing) addEntry({ channel: here.channel, thread: here.thread, dialog: true });
  if (!world.modal && recorded) leaveEntry();
}

function followHistory() {
  const { channel, thread, dialog } = entry();
  if (world.modal && !dialog) {
    closing = world.modal.id;
    deeds.close();
  }
  if (channel && channel !== here.channel) arrive({ channel, thread }, { focus: isNarrow() ? "stream" : "composer-text" });
  else if (thread && thread !== here.thread) { here.thread = thread; refresh(); }
  else if (!thread && here.thread) closeThread();
  recordDialog();
}

function enter({ focus = "composer-text" } = {}) {
  sessionStorage.setItem("user", here.user);
  sessionStorage.setItem("channel", here.channel);
  document.body.classList.remove("rail-open");
  awaited = null;
  follow.restart(seen[`${here.user} ${here.channel}`]);
  return refresh().then(() => {
    if (inDirectMessage()) quietly({ do: "open_app", tab: "messages" });
    part(focus)?.focus();
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
      const state = await look(user, channel, thread).catch((error) => {
        if (error instanceof AnotherServer) loadNewPage();
        return null;
      });
      lineIs(Boolean(state));
      // The reader went elsewhere meanwhile: this is the state of the place they left.
      if (user !== here.user || channel !== here.channel || thread !== here.thread) again = true;
      else if (state) adopt(state);
    } while (again);
  })().finally(() => { looking = null; });
  return looking;
}

function adopt(state) {
  const before = world;
  if (world && (world.me !== state.me || world.channel !== state.channel)) part("stream").replaceChildren();
  const people = new Map(state.people.map((person) => [person.id, person]));
  const places = new Map(state.channels.map((channel) => [channel.id, channel]));
  world = { ...state, person: (id) => people.get(id), place: (id) => places.get(id), zone: people.get(state.me).tz };
  here.channel = state.channel;
  if (here.thread && !state.thread.length) here.thread = null; // it is gone, with its workspace perhaps
  if (!before) replaceEntry({ ...entry(), channel: here.channel, thread: here.thread });
  guideSaw(before, world);
  const answered = awaited && world.messages.find((m) => m.user === world.me && m.ts > awaited && m.replies);
  if (answered) {
    awaited = null;
    if (here.thread !== answered.ts) { moveToThread(answered.ts); again = true; }
  }
  if (document.visibilityState === "visible") seen[`${world.me} ${world.channel}`] = world.place(world.channel).last;
  sessionStorage.setItem("seen", JSON.stringify(seen));
  draw();
  recordDialog();
  if (!before && !world.modal && !isNarrow()) part("composer-text").focus();
}

const unread = (channel) => channel.id !== world.channel && channel.last > (seen[`${world.me} ${channel.id}`] ?? "");

let railDrawn = "";

function drawRailOnce() {
  const signature = JSON.stringify([world.channels.map((c) => [c.id, c.name, unread(c)]), world.me, world.channel, world.connections, world.people]);
  if (signature !== railDrawn) drawRail(part("rail"), world, deeds, unread);
  railDrawn = signature;
}

function draw() {
  keepingFocus(drawAll, () => (covers() ? "thread-list" : "composer-text"));
  drawModal(world.modal, world, deeds);
}

function drawAll() {
  drawRailOnce();
  drawHead(part("head"), world, deeds, here.tab);
  const home = here.tab === "home" && inDirectMessage();
  part("composer").hidden = home;
  part("skip-thread").hidden = !here.thread;
  drawThread(here.thread, world, deeds, sayInThread, draw);
  // What the thread covers on a small screen cannot be reached either.
  part("main").inert = covers();
  drawGuide(part("strip"), covers() ? "none" : "strip", world, deeds, draw);
  if (home) drawHome(world, deeds);
  else drawStream(world, deeds, draw);
  const place = world.place(world.channel);
  const name = place.kind === "im" ? "Proviso" : `#${place.name}`;
  composer.label(place.archived ? "This channel is archived" : `Message ${name}`);
  document.title = `${name} · ${world.team}`;
}

async function sayInThread(text) {
  if (!text.startsWith("/")) return deeds.say(text, here.thread);
  toast(new Error("Commands do not work in threads, so nothing was sent. Use the message box of the channel."));
  throw new Error("a command in a thread");
}

const composer = new Composer(part("composer"), {
  label: "Message", id: "composer", send: (text) => deeds.say(text), draft: keptDraft(), keep: keepDraft,
  world: () => world ?? { commands: [], people: [], channels: [] },
});
part("composer").classList.add("composer");

function lineIs(up) {
  part("banner").hidden = up;
  part("banner").textContent = up ? "" : "The sandbox does not answer. Trying again…";
}

function skipTo(id, target) {
  part(id).addEventListener("click", (event) => {
    event.preventDefault();
    target()?.focus();
  });
}

skipTo("skip-newest", () => newestMessage() ?? part("composer-text"));
skipTo("skip-thread", () => part("thread-list"));
skipTo("skip-composer", () => part("composer-text"));
listenForEscape(deeds, () => here.thread);
addEventListener("popstate", () => world && followHistory());
setInterval(() => world && refresh(), 20_000); // the clock, and statuses that run out
addEventListener("resize", () => world && draw());
if (wasRestarted()) toast(new Error("The sandbox was started again: this is a new workspace. What you typed is kept."));
watch(refresh, lineIs);
