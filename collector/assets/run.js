// A run: the step that is shown, and everything that chooses another.

import { ask } from "./ask.js";
import { Outline } from "./run-outline.js";
import { watch } from "./run-parts.js";
import { finding } from "./run-find.js";
import { keys } from "./run-keys.js";

const page = document.querySelector("[data-run]");
if (page) start();

async function start() {
  const path = page.dataset.run;
  const detail = page.querySelector("[data-detail]");
  let shown = Number(page.dataset.step) || 1;
  let wanted = shown;

  const answer = await ask(`${path}/outline`);
  if (!answer.ok) return;
  const outline = new Outline(page.querySelector("[data-outline]"), await answer.json(), page.dataset.view, shown, open);

  // Shows a step beside the outline, and in the address.
  async function open(number, focuses = false) {
    wanted = number;
    outline.choose(number);
    const address = new URL(location.href);
    address.searchParams.set("step", number);
    if (number !== shown) {
      // A comparison stands on its page for the step that it was made for.
      if (address.searchParams.has("compare")) return location.assign(address);
      const query = new URLSearchParams(address.search);
      query.delete("step");
      const card = await ask(`${path}/steps/${number}?${query}`).catch(() => undefined);
      if (wanted !== number) return;
      // What cannot be put here is shown, or said to be missing, by a page of its own.
      if (!card?.ok) return location.assign(address);
      detail.innerHTML = await card.text();
      page.querySelector("[data-why]")?.remove();
      shown = number;
      // Meanwhile another view may have been chosen, or something looked for.
      remember("step", number);
    }
    if (focuses) detail.querySelector("h2")?.focus();
  }

  page.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.dataset.go) {
      event.preventDefault();
      open(Number(link.dataset.go), true);
    } else if (link.dataset.viewLink) {
      event.preventDefault();
      view(link);
    } else if ("copy" in link.dataset && navigator.clipboard) {
      event.preventDefault();
      navigator.clipboard.writeText(link.href).then(() => tell(link, "Copied"), () => location.assign(link.href));
    }
  });
  // Errors above the outline lead to their steps as well.
  document.querySelector(".problems")?.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-go]");
    if (!link) return;
    event.preventDefault();
    open(Number(link.dataset.go), true);
    page.scrollIntoView();
  });

  function view(link) {
    outline.show(link.dataset.viewLink);
    for (const other of page.querySelectorAll("[data-view-link]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    remember("view", link.dataset.viewLink);
  }

  watch(document);
  keys(outline, open, finding(page, path, outline, open));
  page.dataset.ready = "true";
}

// Keeps something in the address.
function remember(name, value) {
  const address = new URL(location.href);
  address.searchParams.set(name, value);
  history.replaceState(null, "", address);
}

function tell(link, words) {
  const before = link.textContent;
  link.textContent = words;
  setTimeout(() => (link.textContent = before), 1200);
}
