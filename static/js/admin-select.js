// Select2 leaves the search fields of the back-office without names for screen readers; take them from the labels.
"use strict";
{
  const labelOf = (select) => (select && select.labels && select.labels[0]) || null;

  function nameClosed(container) {
    const label = labelOf(container.previousElementSibling);
    if (!label) return;
    label.id = label.id || `${label.htmlFor}-label`;
    for (const field of container.querySelectorAll(".select2-search__field")) {
      field.setAttribute("aria-labelledby", label.id);
    }
    for (const field of container.querySelectorAll(".select2-selection--single")) {
      const value = field.querySelector(".select2-selection__rendered");
      field.setAttribute("aria-labelledby", `${label.id} ${value.id}`);
      // It shows what was chosen, and is no field of its own.
      value.removeAttribute("role");
      value.removeAttribute("aria-readonly");
    }
    // Its children are not those of a list.
    for (const list of container.querySelectorAll("ul")) list.setAttribute("role", "presentation");
  }

  function nameOpen(field) {
    const results = field.getAttribute("aria-controls") || "";
    const label = labelOf(document.getElementById(results.replace(/^select2-|-results$/g, "")));
    if (label) field.setAttribute("aria-label", label.textContent.replace(/:\s*$/, ""));
  }

  function nameAll() {
    document.querySelectorAll("select + .select2-container").forEach(nameClosed);
    document.querySelectorAll(".select2-dropdown .select2-search__field").forEach(nameOpen);
  }

  document.addEventListener("DOMContentLoaded", () => {
    nameAll();
    new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
  });
}
