// The outline of a run: of all its steps only the lines that can be seen are in the page.

const HEIGHT = 30;
const MARGIN = 10;

export class Outline {
  constructor(box, data, view, number, open) {
    Object.assign(this, { box, data, active: number - 1, chosen: number - 1, matches: new Set() });
    this.looped = new Set(data.looped);
    this.space = document.createElement("div");
    this.space.className = "space";
    this.space.dataset.drawn = "";
    box.replaceChildren(this.space);
    box.setAttribute("aria-label", "Steps");
    this.show(view);
    box.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(box);
    box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-at]");
      if (row) open(Number(row.dataset.at) + 1);
    });
  }

  // Shows the steps as a tree, a timeline or a log.
  show(view) {
    this.view = view;
    this.box.className = `outline ${view}`;
    this.box.setAttribute("role", view === "tree" ? "tree" : "listbox");
    this.lines = lines(this.data, view);
    this.places = new Map(this.lines.map((line, place) => [line.at, place]));
    this.space.style.height = `${this.lines.length * HEIGHT}px`;
    this.rows = new Map();
    this.space.replaceChildren();
    this.reveal();
  }

  // The step that is shown beside the outline.
  choose(number) {
    this.chosen = number - 1;
    this.go(number - 1);
  }

  // Moves to another line, past those that are no step.
  move(by) {
    let place = (this.places.get(this.active) ?? 0) + by;
    place = Math.max(0, Math.min(this.lines.length - 1, place));
    while (this.lines[place] && this.lines[place].at === undefined) place += Math.sign(by);
    if (this.lines[place]) this.go(this.lines[place].at);
    this.focus();
  }

  focus() {
    this.rows.get(this.places.get(this.active))?.focus({ preventScroll: true });
  }

  // The next step, in the order that is shown, for which this holds; behind the last comes the first.
  following(holds, by = 1) {
    const count = this.lines.length;
    const start = this.places.get(this.active) ?? 0;
    for (let step = 1; step <= count; step += 1) {
      const line = this.lines[(start + by * step + count * step) % count];
      if (line.at !== undefined && holds(line.at)) return line.at;
    }
    return undefined;
  }

  isError(at) {
    return this.data.states[this.data.state[at]][0] === "error";
  }

  mark(numbers) {
    this.matches = new Set(numbers.map((number) => number - 1));
    this.draw();
  }

  go(at) {
    const hasFocus = this.space.contains(document.activeElement);
    this.active = at;
    this.reveal();
    if (hasFocus) this.focus();
  }

  reveal() {
    const top = (this.places.get(this.active) ?? 0) * HEIGHT;
    const { scrollTop, clientHeight } = this.box;
    if (top < scrollTop || top + HEIGHT > scrollTop + clientHeight) {
      this.box.scrollTop = top - (clientHeight - HEIGHT) / 2;
    }
    this.draw();
  }

  // The lines that can be seen, and the one that has or would have the focus.
  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / HEIGHT) - MARGIN);
    const last = Math.min(this.lines.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / HEIGHT) + MARGIN);
    const active = this.places.get(this.active);
    const isWanted = (place) => (place >= first && place < last) || place === active;
    for (const [place, row] of this.rows) {
      if (isWanted(place)) continue;
      row.remove();
      this.rows.delete(place);
    }
    const fresh = document.createDocumentFragment();
    for (let place = first; place < last; place += 1) this.keep(place, fresh);
    if (active !== undefined) this.keep(active, fresh);
    this.space.append(fresh);
    for (const row of this.rows.values()) this.paint(row);
  }

  keep(place, fresh) {
    if (this.rows.has(place)) return;
    const row = this.row(this.lines[place], place);
    this.rows.set(place, row);
    fresh.append(row);
  }

  // What changes of a line while it is there. The one that keys move is the one that is selected.
  paint(row) {
    if (row.dataset.at === undefined) return;
    const at = Number(row.dataset.at);
    row.classList.toggle("chosen", at === this.chosen);
    row.classList.toggle("active", at === this.active);
    row.classList.toggle("match", this.matches.has(at));
    row.setAttribute("aria-selected", String(at === this.active));
    row.tabIndex = at === this.active ? 0 : -1;
  }

  row(line, place) {
    const row = document.createElement("div");
    row.style.top = `${place * HEIGHT}px`;
    if (line.at === undefined) {
      row.className = "row gap";
      row.setAttribute("role", "presentation");
      row.append(part("label", `no step for ${told(line.took)}`), this.bar(line.from, line.took, 2), part("took", ""));
      return row;
    }
    const { data } = this;
    const { at } = line;
    const [word, icon] = data.types[data.step_type[at]];
    const [state, sign] = data.states[data.state[at]];
    row.id = `step-${at + 1}`;
    row.dataset.at = at;
    row.className = `row ${word} ${state} depth-${data.depth[at]}`;
    row.setAttribute("role", this.view === "tree" ? "treeitem" : "option");
    row.setAttribute("aria-posinset", place + 1);
    row.setAttribute("aria-setsize", this.lines.length);
    if (this.view === "tree") row.setAttribute("aria-level", data.depth[at] + 1);
    const flags = part("flags", "");
    if (this.looped.has(at)) flags.append(part("loop", "⟳ loop"), " ");
    if (state === "error" || state === "skipped") flags.append(part("state", `${sign} ${state}`));
    const start = data.start[at];
    row.append(part("no", at + 1), part("type", `${icon} ${word}`), part("label", data.labels[data.label[at]]), flags);
    row.append(part("start", start === null ? "" : `${start < 0 ? "−" : "+"}${told(Math.abs(start))}`));
    row.append(start === null ? part("track", "") : this.bar(start, data.took[at] ?? 0, 8));
    row.append(part("took", data.took[at] === null ? "" : told(data.took[at])));
    return row;
  }

  bar(from, took, height) {
    const [start, end] = this.data.axis;
    const scale = end > start ? 1000 / (end - start) : 0;
    const x = Math.min(997, Math.max(0, (from - start) * scale));
    const svg = drawn("svg", { class: "track", viewBox: "0 0 1000 10", preserveAspectRatio: "none", "aria-hidden": "true" });
    const width = Math.min(1000 - x, Math.max(3, took * scale));
    svg.append(drawn("rect", { x, y: 5 - height / 2, width, height }));
    return svg;
  }
}

function lines(data, view) {
  if (view === "tree") return data.tree.map((at) => ({ at }));
  const all = data.log.map((at) => ({ at }));
  if (view !== "timeline") return all;
  for (const [before, from, took] of [...data.gaps].reverse()) all.splice(before, 0, { from, took });
  return all;
}

function part(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}

function drawn(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// Milliseconds in the unit that suits them, as the server tells them.
function told(millis) {
  if (millis === 0) return "0";
  if (millis < 1) return `${(millis * 1000).toFixed(0)} µs`;
  if (millis < 1000) return `${millis.toFixed(0)} ms`;
  if (millis < 10000) return `${(millis / 1000).toFixed(2)} s`;
  if (millis < 60000) return `${(millis / 1000).toFixed(1)} s`;
  const seconds = Math.floor(millis / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
