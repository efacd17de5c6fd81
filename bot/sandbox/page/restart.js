// Another server answers at this address: load its page, and keep what was typed.

const DRAFT = "draft";
const RESTARTED = "restarted";

let loading = false;

export const keepDraft = (text) => sessionStorage.setItem(DRAFT, text);
export const keptDraft = () => sessionStorage.getItem(DRAFT) ?? "";

export function loadNewPage() {
  if (loading) return;
  loading = true;
  sessionStorage.setItem(RESTARTED, "yes");
  sessionStorage.removeItem("seen"); // times of the workspace that is gone
  history.replaceState(null, "");
  setTimeout(() => location.reload()); // once what could not be sent is back in the message box
}

// Whether this page was loaded because another server answered; true only once.
export function wasRestarted() {
  const restarted = sessionStorage.getItem(RESTARTED) !== null;
  sessionStorage.removeItem(RESTARTED);
  return restarted;
}
