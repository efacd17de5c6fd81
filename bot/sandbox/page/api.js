// Talking to the sandbox's server.

const session = document.querySelector('meta[name="sandbox-session"]').content;
const headers = { "X-Sandbox-Session": session };

// The server that handed out this page is gone, and another one answers in its place.
export class AnotherServer extends Error {}

const REFUSED = 403; // the session of this page is unknown to the server

export async function look(user, channel, thread) {
  const query = new URLSearchParams({ user, channel: channel ?? "", thread: thread ?? "" });
  const response = await fetch(`/page/state?${query}`, { headers });
  if (response.status === REFUSED) throw new AnotherServer();
  if (!response.ok) throw new Error((await response.json()).error);
  return response.json();
}

const REASONS = {
  not_in_channel: "You are not a member of that channel.",
  is_archived: "That channel is archived.",
};

export async function perform(doing) {
  const sent = { ...headers, "Content-Type": "application/json" };
  const response = await fetch("/page/do", { method: "POST", headers: sent, body: JSON.stringify(doing) });
  if (response.status === REFUSED) throw new AnotherServer();
  const { error, ...result } = await response.json();
  if (response.ok) return result;
  throw new Error(REASONS[error] ?? `That did not work: ${error}.`);
}

// Calls `changed` whenever the server says so, and `up(true|false)` as the line comes and goes.
export function watch(changed, up) {
  const socket = new WebSocket(`ws://${location.host}/page/changes?${new URLSearchParams({ session })}`);
  socket.onopen = () => { up(true); changed(); };
  socket.onmessage = changed;
  // A refused socket only closes; looking tells whether another server answers.
  socket.onclose = () => { up(false); setTimeout(() => { changed(); watch(changed, up); }, 1500); };
}
