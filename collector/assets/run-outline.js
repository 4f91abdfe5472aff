// The outline of a run: of all its steps only the lines that can be seen are in the page.

const HEIGHT = 30;
const MARGIN = 10;

export class Outline {
  constructor(box, data, view, number, open) {
    Object.assign(this, { box, data, open, active: number - 1, chosen: number - 1, matches: new Set() });
    this.looped = new Set(data.looped);
    this.space = document.createElement("div");
    this.space.className = "space";
    box.replaceChildren(this.space);
    box.tabIndex = 0;
    box.setAttribute("aria-label", "Steps");
    this.show(view);
    box.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(box);
    box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-at]");
      if (row) this.open(Number(row.dataset.at) + 1);
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
    this.reveal(this.active);
  }

  choose(number) {
    this.chosen = this.active = number - 1;
    this.reveal(this.active);
  }

  // Moves to another line, past those that are no step.
  move(by) {
    let place = (this.places.get(this.active) ?? 0) + by;
    while (this.lines[place] && this.lines[place].at === undefined) place += by;
    if (!this.lines[place]) return;
    this.active = this.lines[place].at;
    this.reveal(this.active);
  }

  // The next step, in the order that is shown, for which this holds; from the beginning again behind the last.
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

  reveal(at) {
    const top = (this.places.get(at) ?? 0) * HEIGHT;
    const { scrollTop, clientHeight } = this.box;
    if (top < scrollTop || top + HEIGHT > scrollTop + clientHeight) {
      this.box.scrollTop = top - (clientHeight - HEIGHT) / 2;
    }
    this.draw();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / HEIGHT) - MARGIN);
    const last = Math.min(this.lines.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / HEIGHT) + MARGIN);
    const rows = [];
    for (let place = first; place < last; place += 1) rows.push(this.row(this.lines[place], place));
    this.space.replaceChildren(...rows);
    if (this.places.has(this.active)) this.box.setAttribute("aria-activedescendant", `step-${this.active + 1}`);
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
    row.classList.toggle("chosen", at === this.chosen);
    row.classList.toggle("active", at === this.active);
    row.classList.toggle("match", this.matches.has(at));
    row.setAttribute("role", this.view === "tree" ? "treeitem" : "option");
    row.setAttribute("aria-selected", String(at === this.chosen));
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
