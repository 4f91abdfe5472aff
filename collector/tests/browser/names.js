// Whatever can be used or looked at and has no name, and what is wrong with the page's order.

const wrong = [];
const tell = (what, element) => wrong.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
const isHidden = (element) => !element.checkVisibility() || element.closest("[aria-hidden='true']");

function name(element) {
  const labels = [...(element.labels ?? [])].map((label) => label.textContent);
  const by = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
  const others = by.map((id) => document.getElementById(id)?.textContent ?? "");
  return [element.getAttribute("aria-label"), element.title, element.alt, ...labels, ...others,
    element.matches("button, a, summary") ? element.textContent : ""].join("").trim();
}

for (const element of document.querySelectorAll(
  "button, a[href], summary, input:not([type='hidden']), select, textarea, img, [role='img'], [tabindex]:not(main)")) {
  if (!isHidden(element) && !name(element) && !element.textContent.trim()) tell("no name", element);
}
for (const svg of document.querySelectorAll("svg")) {
  const isNamed = svg.getAttribute("aria-hidden") === "true" || svg.closest("[aria-hidden='true']")
    || svg.getAttribute("aria-label") || svg.querySelector("title");
  if (!isNamed) tell("a picture without a name", svg);
}
for (const table of document.querySelectorAll("table")) {
  if (!isHidden(table) && !table.querySelector("th")) tell("a table without heads", table);
}
for (const element of document.querySelectorAll("[style], [onclick], script:not([src]):not([type='application/json'])")) {
  // What a script set is not the page's own; only the page's source is looked at.
  if (!element.closest(".uplot, [data-drawn]")) tell("inline", element);
}
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
for (const id of new Set(ids)) {
  if (ids.filter((other) => other === id).length > 1) wrong.push(`twice: ${id}`);
}
if (document.querySelectorAll("h1, h2").length === 0) wrong.push("no heading");
if (document.querySelectorAll("main").length !== 1) wrong.push("not one main part");
if (!document.documentElement.lang) wrong.push("no language");
return wrong;
