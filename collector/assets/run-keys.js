// The keyboard: along the steps, to the next error, to what was found.

export function keys(outline, open, find) {
  const dialog = document.querySelector("[data-keys]");
  const goes = {
    j: () => outline.move(1),
    k: () => outline.move(-1),
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
    PageDown: () => outline.move(10),
    PageUp: () => outline.move(-10),
    " ": goes.Enter,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.target.closest("input, select, textarea")) return;
    const isInOutline = event.target === outline.box;
    // What has a meaning of its own keeps it.
    if (event.key === "Enter" && !isInOutline && event.target !== document.body) return;
    const go = goes[event.key] ?? (isInOutline ? inOutline[event.key] : undefined);
    if (!go) return;
    event.preventDefault();
    go();
  });
}
