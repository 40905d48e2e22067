// A list's filters, orders, views and pages in place. Each of them is a link or part of a GET form: without this file, and
// wherever anything is odd, the browser simply goes there.

const form = document.getElementById("list-form");
const spoken = document.createElement("p");
const requests = new Map();
const unfolded = new Set();
let shown = location.pathname + location.search;

const region = () => document.getElementById("results");
const compareForm = () => document.getElementById("compare-form");
const key = (box) => `${box.name}=${box.value}`;
const facetBoxes = (root) => [...root.querySelectorAll(".facets input[type=checkbox]")];

// The browser parses the answer as it comes from the network: no HTML is made from a string, which Trusted Types would
// stop, and nothing in it runs.
function fetchPage(url, done, what = "result") {
  requests.get(what)?.abort();
  const request = new XMLHttpRequest();
  requests.set(what, request);
  request.open("GET", url);
  request.responseType = "document";
  request.timeout = 15000;
  request.onload = () => done(request.status === 200 ? request.responseXML : null);
  request.onerror = request.ontimeout = () => done(null);
  request.send();
}

function show(url, { push = true, up = false } = {}) {
  const address = new URL(url, location.href);
  const typed = form.elements.q?.value;
  region().setAttribute("aria-busy", "true");
  fetchPage(address.pathname + address.search, (page) => {
    if (!page?.querySelector("#list-form #results") || !page.querySelector(".facets") !== !form.querySelector(".facets")) {
      location.assign(address);
      return;
    }
    if (push) history.pushState(null, "", address);
    shown = address.pathname + address.search;
    document.title = page.title;
    replaceFacets(page);
    replaceWords(page, typed);
    replaceResults(page, up);
    follow(page);
    say(document.getElementById("count").textContent.trim());
  });
}

function replaceResults(page, up) {
  const active = region().contains(document.activeElement) ? document.activeElement : null;
  const chosen = picks();
  region().replaceWith(document.adoptNode(page.getElementById("results")));
  dress();
  restorePicks(chosen);
  if (up) region().scrollIntoView();
  if (active) {
    const same = active.id && document.getElementById(active.id);
    (same || document.getElementById("count")).focus({ preventScroll: true });
  }
}

// Boxes stay where they are, under the reader's finger; only their numbers change. Other words bring other boxes.
function replaceFacets(page) {
  if (!form.querySelector(".facets")) return;
  const here = new Map(facetBoxes(form).map((box) => [key(box), box]));
  const there = facetBoxes(page);
  if (here.size === there.length && there.every((box) => here.has(key(box)))) {
    for (const other of there) {
      const box = here.get(key(other));
      box.checked = other.checked;
      box.closest(".option").querySelector("small").replaceWith(document.adoptNode(other.closest(".option").querySelector("small")));
    }
    const summaries = [...page.querySelectorAll(".facets > details > summary")];
    for (const [number, summary] of form.querySelectorAll(".facets > details > summary").entries()) {
      if (summaries[number]) summary.replaceWith(document.adoptNode(summaries[number]));
    }
  } else {
    const active = form.querySelector(".facets").contains(document.activeElement) ? key(document.activeElement) : null;
    form.querySelector(".facets").replaceWith(document.adoptNode(page.querySelector(".facets")));
    if (active) (facetBoxes(form).find((box) => key(box) === active) ?? document.getElementById("count")).focus();
    for (const link of form.querySelectorAll("[data-options]")) {
      if (unfolded.has(link.closest("[data-facet]").dataset.facet)) unfold(link);
    }
  }
}

// All values of a facet, where the page has only the commonest: taken from their own page, if they fit on one.
function unfold(link, done) {
  const facet = link.closest("[data-facet]");
  const url = new URL(link.href);
  const show = (page) => {
    const all = page?.querySelector("#options .options");
    if (!facet.isConnected) return;
    if (!all || page.querySelector(".pager a")) {
      unfolded.delete(facet.dataset.facet);
      if (done) location.assign(url);
      return;
    }
    const fieldset = facet.matches("fieldset") ? facet : facet.querySelector("fieldset");
    const active = fieldset.contains(document.activeElement) ? key(document.activeElement) : null;
    for (const part of fieldset.querySelectorAll(".options, .more, .all")) part.remove();
    fieldset.append(document.adoptNode(all));
    if (facet.matches("details")) facet.open = true;
    unfolded.add(facet.dataset.facet);
    if (active) [...fieldset.querySelectorAll("input")].find((box) => key(box) === active)?.focus();
    done?.(fieldset);
  };
  fetchPage(url.pathname + url.search, show, facet.dataset.facet);
}

// Words typed while the answer was under way stay.
function replaceWords(page, typed) {
  const words = page.getElementById("words");
  if (words && form.elements.q.value === typed) form.elements.q.value = words.value;
}

// What else in the page leads to this very result.
function follow(page) {
  for (const place of [".languages ul", "link[type='application/atom+xml']"]) {
    const other = page.querySelector(place);
    if (other) document.querySelector(place)?.replaceWith(document.adoptNode(other));
  }
}

function say(text) {
  spoken.textContent = "";
  requestAnimationFrame(() => (spoken.textContent = text));
}

// Records chosen for comparing stay chosen on other pages of the list.
function picks() {
  return compareForm() ? new FormData(compareForm()).getAll("ids") : [];
}

function restorePicks(chosen) {
  if (!compareForm()) return;
  for (const input of compareForm().querySelectorAll("input")) input.remove();
  for (const id of chosen) {
    const box = region().querySelector(`input[name=ids][value="${CSS.escape(id)}"]`);
    if (box) {
      box.checked = true;
    } else {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "ids", value: id });
      compareForm().append(input);
    }
  }
}

function dress() {
  for (const button of region().querySelectorAll("[data-sort]")) button.hidden = true;
  for (const button of region().querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}

function addressOfForm() {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  const hash = document.querySelector("#filters:target") ? "#filters" : "";
  return form.getAttribute("action") + (query.size ? `?${query}` : "") + hash;
}

async function copy(button) {
  const status = button.parentElement.querySelector("[data-copied]");
  try {
    await navigator.clipboard.writeText(location.href.split("#")[0]);
    status.textContent = status.dataset.copied;
  } catch {
    status.textContent = status.dataset.notCopied;
  }
}

if (form && region()) {
  spoken.className = "vh";
  spoken.setAttribute("role", "status");
  form.after(spoken);
  dress();

  form.addEventListener("change", (event) => {
    if (event.target.form === form && event.target.matches("#sort, .facets input")) show(addressOfForm());
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const drawer = document.querySelector("#filters:target [data-close]");
    drawer?.click();
    show(addressOfForm());
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    const link = event.target.closest("#results a[href], a[data-options]");
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || event.defaultPrevented) return;
    if (link.matches("[data-options]")) {
      event.preventDefault();
      unfold(link, (fieldset) => fieldset.querySelector("input")?.focus());
      return;
    }
    const url = new URL(link.href);
    if (url.origin !== location.origin || url.pathname !== location.pathname || url.hash) return;
    event.preventDefault();
    show(url, { up: Boolean(link.closest(".pager")) });
  });

  // Moving within the page (#filters) is no new result.
  addEventListener("popstate", () => {
    if (location.pathname + location.search !== shown) show(location.href, { push: false });
  });
}
