// Finding words in all steps of a run: the server looks, since most steps are not in the page.

import { ask } from "./ask.js";

export function finding(page, path, outline, open) {
  const form = page.querySelector(".find");
  const input = form.elements.find;
  const told = page.querySelector("[data-matches]");
  let found = new Set();
  let asked = "";

  async function find() {
    const words = input.value.trim();
    asked = words;
    page.querySelector(".found")?.remove();
    const address = new URL(location.href);
    if (words) address.searchParams.set("find", words);
    else address.searchParams.delete("find");
    history.replaceState(null, "", address);
    const steps = words ? await matching(words) : [];
    if (asked !== words) return;
    if (!steps) return void (told.textContent = "It could not be looked for.");
    found = new Set(steps.map((number) => number - 1));
    outline.mark(steps);
    told.textContent = words ? `${steps.length} ${steps.length === 1 ? "step" : "steps"}` : "";
  }

  async function matching(words) {
    const answer = await ask(`${path}/find?${new URLSearchParams({ find: words })}`).catch(() => undefined);
    return answer?.ok ? (await answer.json()).steps : undefined;
  }

  function go(by) {
    const at = outline.following((step) => found.has(step), by);
    if (at !== undefined) open(at + 1);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await find();
    if (!found.has(outline.chosen)) go(1);
    outline.focus();
  });
  if (input.value) find();

  return { next: () => go(1), previous: () => go(-1), focus: () => input.select() };
}
