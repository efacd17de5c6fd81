// What a select offers: people, channels, its own options, or what the app suggests for the typed text.

import { matching } from "./choose.js";
import { emojify } from "./text.js";

const SEARCHED_FROM = 10; // shorter lists of fixed options are plain menus

export const options = (element) => element.option_groups?.flatMap((group) => group.options) ?? element.options ?? [];
export const pair = (option) => [option.value, emojify(option.text.text)];

const channelName = (channel) => (channel.kind === "im" ? "Direct message with Proviso" : `#${channel.name}`);
const INCLUDED = { channel: "public", group: "private", im: "im" };

function conversations(world, filter = {}) {
  const wanted = (channel) => (!filter.include || filter.include.includes(INCLUDED[channel.kind]))
    && !(filter.exclude_external_shared_channels && channel.shared)
    && !(filter.exclude_bot_users && channel.kind === "im");
  return world.channels.filter((channel) => !channel.archived && wanted(channel)).map((c) => [c.id, channelName(c)]);
}

const LISTS = {
  users_select: (world) => world.people.filter((p) => !p.deleted && !p.is_bot).map((p) => [p.id, p.real_name]),
  channels_select: (world) => conversations(world, { include: ["public"] }),
  conversations_select: (world, element) => conversations(world, element.filter),
  static_select: (_, element) => options(element).map(pair),
};

export const kindOf = (element) => element.type.replace(/^multi_/, "");
export const choices = (element, world) => LISTS[kindOf(element)]?.(world, element) ?? [];
export const isSearched = (element) => kindOf(element) !== "static_select" || options(element).length > SEARCHED_FROM;

// Labels of what the app suggested, for when its form is drawn again.
const suggested = new Map();

export function labelled(element, value, world) {
  if (value === undefined || value === null || value === "") return null;
  const start = [element.initial_option, ...(element.initial_options ?? [])].find((option) => option?.value === value);
  return choices(element, world).find(([id]) => id === value) ?? (start ? pair(start) : [value, suggested.get(value) ?? value]);
}

export function finder(element, context, ask) {
  if (kindOf(element) !== "external_select") return async (typed) => matching(choices(element, context.world), typed);
  return async (typed) => {
    if (typed.trim().length < (element.min_query_length ?? 3)) return [];
    const found = (await ask(typed.trim())).map(pair);
    for (const [value, label] of found) suggested.set(value, label);
    return found;
  };
}
