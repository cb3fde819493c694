// Light or dark: as the system has it, or as the button says.

const THEMES = ["system", "light", "dark"];
const KEY = "millrace-theme";

const button = document.getElementById("theme");

/** A browser may refuse to keep anything. */
function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function store(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then it is as the system has it next time.
  }
}

function apply(theme) {
  document.documentElement.dataset.theme = theme;
  button.textContent = `Theme: ${theme}`;
}

/** Calls back when colours have changed. */
export function startTheme(onChange) {
  apply(THEMES.includes(stored()) ? stored() : "system");
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
    apply(next);
    store(next);
    onChange();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
}
