// Keeps the keyboard where it was: drawing replaces nodes, and what had the focus is found again by where it stood.

const FOCUSABLE = "button, a[href], input, select, textarea, summary, [role=tab]";

const visible = (node) => node.getClientRects().length > 0 && !node.closest("[inert]");
const within = (node) => [...node.querySelectorAll(FOCUSABLE)].filter((found) => visible(found) && !found.disabled);
const named = (node) => node.getAttribute("aria-label") ?? node.textContent;
const lost = () => !document.activeElement || document.activeElement === document.body;

function holders(node) {
  const found = [];
  for (let at = node.parentElement?.closest("[data-key], [id]"); at; at = at.parentElement?.closest("[data-key], [id]")) {
    found.push(at.dataset.key ? { key: at.dataset.key, inside: at.parentElement.id } : { id: at.id });
  }
  return found;
}

function holder({ key, inside, id }) {
  if (!key) return document.getElementById(id);
  return document.getElementById(inside)?.querySelector(`:scope > [data-key="${CSS.escape(key)}"]`);
}

export function placeOf(node) {
  if (!node || node === document.body) return null;
  const chain = holders(node);
  const scope = chain.length ? holder(chain[0]) : null;
  return { node, id: node.id, name: named(node), chain, index: scope ? within(scope).indexOf(node) : -1 };
}

export function focusPlace(place) {
  if (!place) return false;
  const same = place.node.isConnected ? place.node : document.getElementById(place.id);
  if (same && visible(same)) { same.focus(); return true; }
  for (const [n, description] of place.chain.entries()) {
    const scope = holder(description);
    if (!scope || !visible(scope)) continue;
    const choices = within(scope);
    const found = choices.find((node) => named(node) === place.name) ?? (n === 0 ? choices[Math.min(place.index, choices.length - 1)] : null);
    if (found) { found.focus(); return true; }
    if (description.key) { scope.tabIndex = -1; scope.focus({ preventScroll: true }); return true; }
  }
  return false;
}

let outside = null; // where the focus last was, dialogs aside

document.addEventListener("focusin", (event) => {
  if (!event.target.closest("dialog")) outside = placeOf(event.target);
});

// Draws, and gives the focus back when drawing took it away.
export function keepingFocus(draw, fallback) {
  const before = lost() ? null : placeOf(document.activeElement);
  draw();
  if (before && lost() && !document.querySelector("dialog[open]")) returnFocus(fallback, before);
}

// To where the focus was before a dialog opened or a redraw took it; else to the element whose id `fallback()` gives.
export function returnFocus(fallback, place = outside) {
  if (!focusPlace(place)) document.getElementById(fallback())?.focus();
}

export function closeDialog(dialog) {
  if (!dialog.open) return;
  dialog.close();
  if (lost() && !document.querySelector("dialog[open]")) returnFocus(() => "composer-text");
}
