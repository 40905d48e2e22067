// Fields with a limit are not cut by the browser: a count beside them says how much of it is used, and what is too much.
"use strict";
{
  const lengthOf = (text) => [...text.trim().normalize("NFC")].length; // as the server counts

  function counterOf(field) {
    const id = `${field.id}-count`;
    const known = document.getElementById(id);
    if (known) return known;
    const counter = document.createElement("span");
    counter.id = id;
    counter.className = "counter";
    field.insertAdjacentElement("afterend", counter);
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") || ""} ${id}`.trim());
    return counter;
  }

  function count(field) {
    const most = Number(field.dataset.most);
    const used = lengthOf(field.value);
    const counter = counterOf(field);
    counter.textContent = `${used} of ${most}`;
    counter.classList.toggle("is-over", used > most);
  }

  for (const event of ["focusin", "input"]) {
    document.addEventListener(event, ({ target }) => {
      if (target.matches("[data-most]")) count(target);
    });
  }
  document.addEventListener("DOMContentLoaded", () => {
    for (const field of document.querySelectorAll("[data-most]")) {
      if (lengthOf(field.value) > Number(field.dataset.most)) count(field);
    }
  });
}
