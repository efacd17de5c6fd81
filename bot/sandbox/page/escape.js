// The Escape key closes the topmost of what is open and gives the focus back. Dialogs close by themselves.

import { clockIsOpen, showClock } from "./clock.js";

const menus = () => [...document.querySelectorAll("details[open]")];

function closeTop(deeds, threadIsOpen) {
  const menu = menus().at(-1);
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (clockIsOpen()) {
    showClock(false);
    document.getElementById("clock").focus();
  } else if (document.body.classList.contains("rail-open")) {
    deeds.menu();
  } else if (threadIsOpen()) {
    deeds.leaveThread();
  }
}

export function listenForEscape(deeds, threadIsOpen) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    closeTop(deeds, threadIsOpen);
  });
  // A click elsewhere closes menus, the clock and the list of channels.
  document.addEventListener("click", (event) => {
    if (!event.target.isConnected) return;
    if (!event.target.closest("#rail, #menu")) document.body.classList.remove("rail-open");
    if (!event.target.closest(".clock")) showClock(false);
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
}
