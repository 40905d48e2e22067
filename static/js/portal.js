// Small comforts only: every page works without this file.

const SWITCH = "portal-keys";
const search = document.querySelector("[data-search]");

function keysAreOn() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

function isTyping(element) {
  return element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), select, textarea");
}

function announceKeys() {
  for (const hint of document.querySelectorAll("[data-search-hint]")) hint.hidden = !keysAreOn();
  if (keysAreOn()) search?.setAttribute("aria-keyshortcuts", "/");
  else search?.removeAttribute("aria-keyshortcuts");
}

// One-key shortcuts must be possible to switch off (WCAG 2.1.4): a page may offer <p data-keys hidden><input type="checkbox"></p>.
for (const place of document.querySelectorAll("[data-keys]")) {
  const box = place.querySelector("input");
  box.checked = keysAreOn();
  place.hidden = false;
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.removeItem(SWITCH);
      else localStorage.setItem(SWITCH, "off");
    } catch {
      box.checked = true;
    }
    announceKeys();
  });
}
announceKeys();

// Menu and drawers open by their address (#menu, #filters). Their close link leads back to the link that opened them, so
// browsers that move the focus with the address need no help; the others get it here.
function panel() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  return target?.matches("[data-panel]") ? target : null;
}

addEventListener("hashchange", () => {
  const target = panel() ?? document.querySelector(`[data-opens]:is([id="${CSS.escape(location.hash.slice(1))}"])`);
  target?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && search && keysAreOn() && !isTyping(event.target)) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape") {
    panel()?.querySelector("[data-close]")?.click();
  }
});
