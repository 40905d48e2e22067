// My list: names of records in an order, kept by this browser and nowhere else. Without this file, and where the browser keeps
// nothing, a list is made by its address alone.

const KEY = "my-list";
const FOLLOWED = "my-list-followed";
const SOON = 10_000; // milliseconds until the answer to a form of the list should be there
const MOST = 100;
const NAME = /^(?:[a-z-]+:)?[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*$/;

const link = document.querySelector("[data-my-list]");
const page = document.querySelector("[data-my-list-page]");
const spoken = document.createElement("p");

// null: the browser keeps nothing.
function stored() {
  try {
    return namesIn(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function store(names) {
  try {
    if (names.length) localStorage.setItem(KEY, names.join(","));
    else localStorage.removeItem(KEY);
  } catch {
    // Full, or not allowed: the list stays as it was.
  }
  show();
}

const namesIn = (text) => [...new Set((text ?? "").split(",").filter((name) => NAME.test(name)))].slice(0, MOST);
const addressOf = (names) => (names.length ? `${link.pathname}?ids=${names.join(",")}` : link.pathname);
const isSame = (one, other) => one.join() === other.join();

function toggle(name) {
  const names = stored() ?? [];
  if (names.includes(name)) store(names.filter((other) => other !== name));
  else if (names.length < MOST) store([...names, name]);
  say(names.length >= MOST && !names.includes(name) ? link.dataset.full : link.textContent.trim());
}

function say(text) {
  spoken.textContent = "";
  requestAnimationFrame(() => (spoken.textContent = text));
}

function show() {
  const names = stored() ?? [];
  link.querySelector("[data-list-count]").textContent = names.length ? ` (${names.length})` : "";
  for (const button of document.querySelectorAll("button[data-list-name]")) {
    const isOn = names.includes(button.dataset.listName);
    button.firstChild.data = isOn ? link.dataset.remove : names.length < MOST ? link.dataset.add : link.dataset.full;
    button.disabled = !isOn && names.length >= MOST;
  }
}

function buttonFor(name, title) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.listName = name;
  button.append("");
  if (title) {
    const about = document.createElement("span");
    about.className = "vh";
    about.lang = title.lang;
    about.textContent = `: ${title.textContent.trim()}`;
    button.append(about);
  }
  button.addEventListener("click", () => toggle(name));
  return button;
}

// Links become buttons, and rows get one; results.js may have brought new rows.
function dress() {
  for (const one of document.querySelectorAll("a[data-list-name]")) {
    const button = buttonFor(one.dataset.listName);
    button.className = one.className;
    one.replaceWith(button);
  }
  for (const row of page ? [] : document.querySelectorAll("li[data-list-name]")) {
    if (row.querySelector("button[data-list-name]")) continue;
    const button = buttonFor(row.dataset.listName, row.querySelector("h2, h3, h4"));
    button.className = "row-list";
    row.querySelector(".meta")?.append(button);
  }
  show();
}

// The page of the list. It shows what its address names: the list of this browser, or another one.
function onPage() {
  const shown = page.dataset.myListPage.split(",").filter(Boolean);
  if (isFollowed()) store(shown.filter((name) => NAME.test(name)));
  const own = stored();
  if (!shown.length && own.length) {
    location.replace(addressOf(own));
    return;
  }
  const isMine = () => isSame(stored(), shown);
  const wasMine = isMine();
  const part = (name) => page.querySelector(`[data-list-${name}]`);

  for (const form of page.querySelectorAll("form")) {
    form.addEventListener("submit", () => isMine() && follow());
  }
  part("clear")?.addEventListener("click", () => isMine() && store([]));
  addEventListener("storage", () => {
    if (wasMine && !isMine()) location.replace(addressOf(stored()));
  });
  if (!shown.length) return;

  const other = part("other");
  other.hidden = wasMine;
  const { listKept, listNone } = part("kept").dataset;
  part("kept").textContent = own.length ? listKept.replace("{}", own.length) : listNone;
  part("join").hidden = part("own").hidden = !own.length;
  part("keep").addEventListener("click", () => {
    store(shown.filter((name) => NAME.test(name)));
    other.hidden = true;
    say(link.textContent.trim());
  });
  part("join").addEventListener("click", () => {
    store(namesIn([...stored(), ...shown].join()));
    location.assign(addressOf(stored()));
  });
  offerToCopy(part("share"));
}

function offerToCopy(share) {
  if (!navigator.clipboard) return;
  const status = share.parentElement.querySelector("[role=status]");
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: share.className, textContent: status.dataset.copyWord });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(share.href);
      status.textContent = status.dataset.copied;
    } catch {
      status.textContent = status.dataset.notCopied;
    }
  });
  share.className = "button";
  share.before(button);
}

// What a form of the list makes of one's own list is one's own list.
function follow() {
  try {
    sessionStorage.setItem(FOLLOWED, Date.now());
  } catch {
    // Then the page offers to keep it.
  }
}

function isFollowed() {
  try {
    const time = Number(sessionStorage.getItem(FOLLOWED));
    sessionStorage.removeItem(FOLLOWED);
    return Date.now() - time < SOON;
  } catch {
    return false;
  }
}

if (link && stored()) {
  spoken.className = "vh";
  spoken.setAttribute("role", "status");
  document.body.append(spoken);
  dress();
  addEventListener("storage", show);
  addEventListener("pageshow", show);
  const form = document.getElementById("list-form");
  if (form) new MutationObserver(dress).observe(form, { childList: true });
  if (page) onPage();
}
