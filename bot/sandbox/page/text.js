// mrkdwn and Markdown to nodes.

import { el } from "./dom.js";

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", warning: "⚠️", bell: "🔔", books: "📚", mag: "🔍", eyes: "👀", x: "❌",
  calendar: "📅", clock3: "🕒", hourglass: "⌛", hourglass_flowing_sand: "⏳", bulb: "💡", memo: "📝", lock: "🔒",
  link: "🔗", rotating_light: "🚨", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", page_facing_up: "📄",
  speech_balloon: "💬", wave: "👋", shield: "🛡️", scales: "⚖️", no_entry: "⛔", arrow_right: "➡️", zzz: "💤",
  red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢", white_circle: "⚪", alarm_clock: "⏰",
  clipboard: "📋", handshake: "🤝", spiral_calendar_pad: "🗓️", robot_face: "🤖", information_source: "ℹ️",
};

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export const emojify = (text) => text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] ?? all);

export function anchor(url, children) {
  let target;
  try { target = new URL(url); } catch { return el("span", {}, children); }
  if (!["http:", "https:", "mailto:"].includes(target.protocol)) return el("span", {}, children);
  return el("a", { href: target.href, target: "_blank", rel: "noopener noreferrer" }, children);
}

export function mention(sign, id, label, world) {
  const found = sign === "@" ? world.person(id) : world.place(id);
  const name = found ? found.name : label ?? id;
  const mine = sign === "@" && id === world.me ? " mine" : "";
  return el("span", { class: `mention${mine}` }, `${sign}${name}`);
}

function date(token, world) {
  const [, seconds, format, , fallback] = token.match(/^!date\^(\d+)\^([^|^]*)(\^[^|]*)?(?:\|(.*))?$/) ?? [];
  if (!seconds) return token;
  const moment = new Date(Number(seconds) * 1000);
  const day = (style) => moment.toLocaleDateString("en-GB", { ...style, timeZone: world.zone });
  const time = moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: world.zone });
  const long = day({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const text = format
    .replace(/\{date_long(_pretty)?\}/g, long)
    .replace(/\{date_short(_pretty)?\}/g, day({ day: "numeric", month: "short", year: "numeric" }))
    .replace(/\{date(_pretty)?\}/g, day({ day: "numeric", month: "long", year: "numeric" }))
    .replace(/\{date_num\}/g, day({}))
    .replace(/\{time(_secs)?\}/g, time);
  return el("time", { datetime: moment.toISOString(), title: long }, text || fallback);
}

function bracket(inside, world) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : unescape(inside.slice(bar + 1));
  if (target[0] === "@" || target[0] === "#") return mention(target[0], target.slice(1), label, world);
  if (target.startsWith("!date^")) return date(inside, world);
  if (target[0] === "!") return el("span", { class: "mention mine" }, `@${label ?? target.slice(1).split("^")[0]}`);
  return anchor(unescape(target), label ?? unescape(target).replace(/^mailto:/, ""));
}

const MRKDWN = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]*?\S)_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])/g;
const MARKDOWN = /`([^`\n]+)`|<([^<>\n]+)>|\*\*(?=\S)(.+?)\*\*|(?<![\w*_])[*_](?=\S)([^*_\n]*?\S)[*_](?![\w*_])|~~(?=\S)(.+?)~~|\[([^\]\n]+)\]\(([^)\s]+)\)/g;

function inline(text, world, grammar) {
  const out = [];
  let end = 0;
  for (const match of text.matchAll(grammar)) {
    out.push(emojify(unescape(text.slice(end, match.index))));
    const [all, code, angle, bold, italic, strike, label, url] = match;
    if (code !== undefined) out.push(el("code", {}, unescape(code)));
    else if (angle !== undefined) out.push(bracket(angle, world));
    else if (bold !== undefined) out.push(el("strong", {}, inline(bold, world, grammar)));
    else if (italic !== undefined) out.push(el("em", {}, inline(italic, world, grammar)));
    else if (strike !== undefined) out.push(el("s", {}, inline(strike, world, grammar)));
    else out.push(anchor(unescape(url), inline(label, world, grammar)));
    end = match.index + all.length;
  }
  out.push(emojify(unescape(text.slice(end))));
  return out.filter((part) => part !== "");
}

const KINDS = [
  ["quote", /^(?:&gt;|>) ?/],
  ["bullet", /^\s*[•◦▪] +/],
  ["bullet", /^\s*[-*] +/],
  ["number", /^\s*\d{1,3}[.)] +/],
];

function kindOf(line, markdown) {
  const heading = markdown && line.match(/^(#{1,6}) +/);
  if (heading) return ["heading", heading[0]];
  if (markdown && /^ {0,3}(-{3,}|\*{3,})\s*$/.test(line)) return ["rule", line];
  for (const [kind, pattern] of KINDS) {
    const match = line.match(pattern);
    if (match && (markdown || kind === "quote" || kind === "bullet")) return [kind, match[0]];
  }
  return ["line", ""];
}

function flush(out, kind, lines, world, grammar) {
  const rich = (line) => inline(line, world, grammar);
  if (kind === "quote") out.push(el("blockquote", {}, lines.flatMap((line, n) => (n ? [el("br"), rich(line)] : rich(line)))));
  else if (kind === "bullet") out.push(el("ul", {}, lines.map((line) => el("li", {}, rich(line)))));
  else if (kind === "number") out.push(el("ol", {}, lines.map((line) => el("li", {}, rich(line)))));
  else if (kind === "heading") out.push(...lines.map((line) => el("p", { class: "heading" }, rich(line))));
  else if (kind === "rule") out.push(el("hr"));
  else out.push(el("p", {}, lines.flatMap((line, n) => (n ? [el("br"), ...rich(line)] : rich(line)))));
}

function paragraphs(text, world, markdown) {
  const grammar = markdown ? MARKDOWN : MRKDWN;
  const out = [];
  let kind = "line";
  let lines = [];
  const done = () => { if (lines.length) flush(out, kind, lines, world, grammar); lines = []; };
  for (const line of text.split("\n")) {
    const [found, prefix] = kindOf(line, markdown);
    const blank = !line.trim();
    if (found !== kind || blank) done();
    kind = found;
    if (blank && !markdown && out.length) { flush(out, "line", [""], world, grammar); continue; }
    if (!blank) lines.push(line.slice(prefix.length));
  }
  done();
  return out;
}

export function formatted(text, world, markdown = false) {
  return text.split(/```\n?/).flatMap((part, n) => {
    if (n % 2) return [el("pre", {}, el("code", {}, unescape(part.replace(/\n$/, ""))))];
    return part.trim() ? paragraphs(part.replace(/^\n+|\n+$/g, ""), world, markdown) : [];
  });
}

// A text object of Block Kit.
export function textObject(object, world) {
  if (!object) return [];
  return object.type === "mrkdwn" ? formatted(object.text, world) : [emojify(object.text)];
}
