// Ctrl+S, or ⌘S, saves the form of the back-office that is on the page; links to a field with a list lead to its list.
"use strict";
{
  const MAIN = ["_continue", "_save"]; // the button that is meant, the first of these that is there

  function pressed(form) {
    const named = MAIN.map((name) => form.querySelector(`[type=submit][name="${name}"]`));
    return named.find(Boolean) || form.querySelector(".submit-row [type=submit]");
  }

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const row = document.querySelector("#content-main form .submit-row");
    const button = row && pressed(row.closest("form"));
    if (!button) return;
    event.preventDefault();
    if (!event.repeat) button.form.requestSubmit(button);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".faults-summary a");
    const field = link && document.getElementById(link.hash.slice(1));
    const list = field && field.parentElement.querySelector(`#${CSS.escape(field.id)} + .select2 .select2-selection, #${CSS.escape(field.id)} + .select2 input`);
    if (list) {
      event.preventDefault();
      list.focus();
      list.scrollIntoView({ block: "center" });
    }
  });

  const summary = document.querySelector(".faults-summary");
  if (summary) document.addEventListener("DOMContentLoaded", () => summary.focus());
}
