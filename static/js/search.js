// Suggestions while typing, after the combobox pattern of the WAI-ARIA guide. Without this file, the box is a plain form.

const DELAY = 150; // milliseconds after the last key
const SHORTEST = 2;
let boxes = 0;

class Suggestions {
  constructor(form, input) {
    this.form = form;
    this.input = input;
    this.active = -1;
    this.options = [];
    this.list = document.createElement("ul");
    this.list.id = `suggestions-${++boxes}`;
    this.list.className = "suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", form.dataset.suggestLabel);
    this.list.hidden = true;
    this.status = document.createElement("p");
    this.status.className = "vh";
    this.status.setAttribute("role", "status");
    form.append(this.list, this.status);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    }))
      input.setAttribute(name, value);
    input.addEventListener("input", () => this.wait());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // A press must not take the focus out of the field, or the list would close before the click.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.go(event.target.closest("[role=option]")));
  }

  wait() {
    clearTimeout(this.timer);
    this.asked?.abort();
    const text = this.input.value.trim();
    if (text.length < SHORTEST) this.close();
    else this.timer = setTimeout(() => this.ask(text), DELAY);
  }

  async ask(text) {
    const asked = (this.asked = new AbortController());
    try {
      const address = `${this.form.dataset.suggest}?${new URLSearchParams({ q: text })}`;
      const response = await fetch(address, { signal: asked.signal });
      if (response.ok) this.show(await response.json());
    } catch {
      // No network: the form works without. Where another key was quicker, its own answer is on the way.
      if (!asked.signal.aborted) this.close();
    }
  }

  show([, titles, kinds, urls, { announcement }]) {
    if (document.activeElement !== this.input) return;
    this.list.replaceChildren();
    this.options = titles.map((title, number) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.path = new URL(urls[number]).pathname;
      const name = document.createElement("span");
      name.append(title);
      const kind = document.createElement("small");
      kind.append(kinds[number]);
      option.append(name, " ", kind);
      return option;
    });
    this.list.append(...this.options);
    this.mark(-1);
    this.status.textContent = announcement;
    this.open(this.options.length > 0);
  }

  open(is) {
    this.list.hidden = !is;
    this.input.setAttribute("aria-expanded", String(is));
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.mark(-1);
    this.status.textContent = "";
    this.open(false);
  }

  mark(number) {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = number;
    const option = this.options[number];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  key(event) {
    const isOpen = !this.list.hidden;
    const count = this.options.length;
    if (event.isComposing) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      event.preventDefault();
      if (!isOpen) this.open(true);
      // Past either end lies the field itself.
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.mark(((this.active + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Enter" && isOpen && this.active >= 0) {
      event.preventDefault();
      this.go(this.options[this.active]);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  go(option) {
    if (option) location.assign(option.dataset.path);
  }
}

for (const form of document.querySelectorAll("form[data-suggest]")) {
  new Suggestions(form, form.querySelector("[data-search]"));
}
