// Shows the definition of a glossary term beside its link, on hover and on focus. The link itself leads to the definition.

const WAIT = 250; // ms: long enough not to flicker, and to reach the note with the pointer (WCAG 1.4.13)
const GAP = 8;
let shown = null;
let timer = 0;

function show(link, note) {
  clearTimeout(timer);
  if (shown && shown !== note) hide();
  if (!note.matches(":popover-open")) note.showPopover();
  shown = note;
  const at = link.getClientRects()[0];
  const left = Math.min(at.left, document.documentElement.clientWidth - note.offsetWidth - GAP);
  const below = at.bottom + GAP;
  const fits = below + note.offsetHeight <= innerHeight || at.top < note.offsetHeight + GAP;
  note.style.left = `${Math.max(GAP, left)}px`;
  note.style.top = `${fits ? below : at.top - note.offsetHeight - GAP}px`;
}

function hide() {
  clearTimeout(timer);
  if (shown?.matches(":popover-open")) shown.hidePopover();
  shown = null;
}

function later(action) {
  clearTimeout(timer);
  timer = setTimeout(action, WAIT);
}

if ("popover" in HTMLElement.prototype) {
  for (const link of document.querySelectorAll("a.term")) {
    const note = document.getElementById(link.getAttribute("aria-describedby"));
    if (!note) continue;
    link.addEventListener("focus", () => {
      if (link.matches(":focus-visible")) show(link, note);
    });
    link.addEventListener("blur", hide);
    link.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") later(() => show(link, note));
    });
    link.addEventListener("pointerleave", () => later(hide));
    note.addEventListener("pointerenter", () => clearTimeout(timer));
    note.addEventListener("pointerleave", () => later(hide));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) {
      hide();
      event.stopPropagation();
    }
  });
  addEventListener("scroll", () => shown && hide(), { passive: true });
}
