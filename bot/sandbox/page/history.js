// The browser's history: each channel, thread and dialog is an entry, so that Back leaves them one by one.

const hash = () => location.hash.slice(1);

let leaving = null; // a promise while an entry is being left

// Resolves once no entry is being left: going back is not done at once.
export const untilLeft = async () => leaving;

// Where the present entry is: {channel, thread, dialog}.
export const entry = () => ({ channel: hash(), thread: null, dialog: false, ...history.state });

export const addEntry = (place) => history.pushState(place, "", `#${place.channel}`);
export const replaceEntry = (place) => history.replaceState(place, "", `#${place.channel}`);

// Goes back, as the reader's Back would; resolves once the entry is left.
export function leaveEntry() {
  if (leaving) return leaving;
  leaving = new Promise((resolve) => addEventListener("popstate", () => { leaving = null; resolve(); }, { once: true }));
  history.back();
  return leaving;
}
