// Values that are loaded when they are opened.

import { ask } from "./ask.js";

export function watch(root) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-part]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    put(link, link.href);
  });
  // The event does not bubble: it is caught on its way down.
  root.addEventListener(
    "toggle",
    (event) => {
      const details = event.target;
      if (!details.open || !details.dataset?.load) return;
      const inside = details.querySelector("a");
      const address = details.dataset.load;
      delete details.dataset.load;
      if (inside) put(inside, address);
    },
    true,
  );
}

// The server's own markup, in which what a record holds is escaped, in place of the link.
async function put(link, address) {
  const separator = address.includes("?") ? "&" : "?";
  const answer = await ask(`${address}${separator}fragment=1`);
  if (!answer.ok) return location.assign(address);
  const place = document.createElement("div");
  place.className = "value loaded";
  place.innerHTML = await answer.text();
  link.replaceWith(place);
}

if (!document.querySelector("[data-run]")) watch(document);
