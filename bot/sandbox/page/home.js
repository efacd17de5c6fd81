// The Home tab of the app.

import { renderBlocks } from "./blocks.js";
import { el } from "./dom.js";
import { collect } from "./elements.js";

export function drawHome(world, deeds) {
  const signature = JSON.stringify([world.home?.hash, world.me]);
  if (document.getElementById("home")?.signature === signature) return;
  const node = el("div", { id: "home", class: "home blocks" });
  node.signature = signature;
  const act = (block, element, value) => deeds.act({ view: world.home.id, block_id: block.block_id, action_id: element.action_id ?? "", carries: element.value, value, values: collect(node) });
  const suggest = (block, element, typed) => deeds.suggest({ view: world.home.id, block_id: block.block_id, action_id: element.action_id ?? "", typed });
  if (world.home) node.append(...renderBlocks(world.home.blocks, { world, act, suggest }));
  else node.append(el("p", { class: "empty" }, "Proviso has not published anything here yet."));
  document.getElementById("stream").replaceChildren(node);
}
