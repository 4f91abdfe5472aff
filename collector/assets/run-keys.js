// The keyboard: along the steps, to the next error, to what was found.

const REST = 150;

export function keys(outline, open, find) {
  const dialog = document.querySelector("[data-keys]");
  let waiting;
  // The step is loaded when the keys rest: whoever holds one down goes past many.
  const move = (by) => {
    outline.move(by);
    clearTimeout(waiting);
    waiting = setTimeout(() => open(outline.active + 1), REST);
  };
  const goes = {
    j: () => move(1),
    k: () => move(-1),
    Enter: () => open(outline.active + 1, true),
    e: () => {
      const at = outline.following((step) => outline.isError(step));
      if (at !== undefined) open(at + 1);
    },
    n: find.next,
    p: find.previous,
    "/": find.focus,
    "?": () => dialog.showModal(),
  };
  const inOutline = {
    ArrowDown: goes.j,
    ArrowUp: goes.k,
    PageDown: () => move(10),
    PageUp: () => move(-10),
    " ": goes.Enter,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.target.closest("input, select, textarea")) return;
    const isInOutline = outline.box.contains(event.target);
    // What has a meaning of its own keeps it.
    if (event.key === "Enter" && !isInOutline && event.target !== document.body) return;
    const go = goes[event.key] ?? (isInOutline ? inOutline[event.key] : undefined);
    if (!go) return;
    event.preventDefault();
    go();
  });
}
