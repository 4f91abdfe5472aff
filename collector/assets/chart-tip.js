// The figures of the place that is pointed at, or that the arrow keys have gone to.

export function tip(table) {
  const box = document.createElement("div");
  box.className = "tip";
  box.hidden = true;
  box.setAttribute("role", "status");
  return {
    hooks: {
      init: [(plot) => begin(plot, box, table)],
      setCursor: [(plot) => show(plot, box, table)],
      destroy: [() => box.remove()],
    },
  };
}

function begin(plot, box, table) {
  const place = plot.root.parentElement;
  place.append(box);
  place.tabIndex = 0;
  place.setAttribute("role", "group");
  const name = place.closest("figure").querySelector("figcaption").textContent;
  place.setAttribute("aria-label", `${name}: left and right arrow read the figures`);
  place.onkeydown = (event) => {
    const at = next(event.key, plot.cursor.idx, table.xs.length - 1);
    if (at === undefined) return;
    event.preventDefault();
    plot.setCursor({ left: plot.valToPos(table.xs[at], "x"), top: 0 });
  };
  place.onblur = () => plot.setCursor({ left: -10, top: -10 });
}

function next(key, at, last) {
  switch (key) {
    case "ArrowLeft": return Math.max((at ?? last + 1) - 1, 0);
    case "ArrowRight": return Math.min((at ?? -1) + 1, last);
    case "Home": return 0;
    case "End": return last;
  }
}

function show(plot, box, table) {
  const at = plot.cursor.idx;
  box.hidden = at == null || plot.cursor.left < 0;
  if (box.hidden) return;
  const lines = table.lines.map((line) => row(line, at));
  const head = document.createElement("b");
  head.textContent = table.names[at];
  box.replaceChildren(head, ...lines);
  const room = plot.root.parentElement.clientWidth - box.offsetWidth;
  const beside = plot.over.offsetLeft + plot.valToPos(table.xs[at], "x") + 12;
  const left = beside <= room ? beside : beside - box.offsetWidth - 24;
  box.style.transform = `translate(${Math.max(0, Math.min(left, room))}px, 0)`;
}

function row(line, at) {
  const row = document.createElement("span");
  const name = document.createElement("span");
  const figure = document.createElement("span");
  name.className = `tone-${line.tone}`;
  name.textContent = line.name;
  figure.textContent = line.told[at];
  row.append(name, figure);
  return row;
}
