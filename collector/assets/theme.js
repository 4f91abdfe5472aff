// Light or dark: as the system has it, until somebody says otherwise.

const root = document.documentElement;
const kept = read();
if (kept) root.dataset.theme = kept;

document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-theme-toggle]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    root.dataset.theme = next;
    write(next);
    document.dispatchEvent(new CustomEvent("themechange"));
  });
});

function isDark() {
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

// A browser may keep nothing for a page; then the choice lasts as long as the page.
function read() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

function write(theme) {
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Nothing to do.
  }
}
