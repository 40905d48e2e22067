// The check, one question at a time: those that an answer makes superfluous are passed over. Without this file all questions
// stand on one page, each with the answers it waits for, and the result is the same.

const form = document.getElementById("check-form");
const questions = [...form.querySelectorAll("[data-question]")];
const byName = new Map(questions.map((question) => [question.dataset.question, question]));
const words = form.dataset;
let at = -1; // -1: what it is about
let isOnePage = false;

const chosen = (question) => [...question.querySelectorAll("input:checked")];
const list = (text) => (text ? text.split(" ") : []);

// As ethics/check.py works it out: a question waits for answers to one that is asked itself, and such answers can hide others.
function asked() {
  const hiders = new Map();
  for (const question of questions) {
    for (const input of chosen(question)) {
      for (const hidden of list(input.dataset.hides)) {
        hiders.set(hidden, [...(hiders.get(hidden) ?? []), question.dataset.question]);
      }
    }
  }
  const known = new Map();
  const isAsked = (name) => {
    if (!known.has(name)) {
      known.set(name, false);
      const { after, when } = byName.get(name).dataset;
      const fits = !after || (isAsked(after) && chosen(byName.get(after)).some((input) => list(when).includes(input.value)));
      known.set(name, fits && !(hiders.get(name) ?? []).some(isAsked));
    }
    return known.get(name);
  };
  return questions.filter((question) => isAsked(question.dataset.question));
}

function button(label, act, isPrimary = false) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = isPrimary ? "button button-primary" : "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

const progress = document.createElement("p");
progress.className = "check-progress";
progress.setAttribute("role", "status");
const bar = document.createElement("progress");
bar.setAttribute("aria-hidden", "true");
const next = button(words.next, () => go(at + 1), true);
const back = button(words.back, () => go(at - 1));
const all = button(words.all, () => {
  isOnePage = !isOnePage;
  all.textContent = isOnePage ? words.steps : words.all;
  show();
  form.scrollIntoView();
});
const submit = form.querySelector("[type=submit]");
const bottom = submit.parentElement;
const about = document.getElementById("about");

function show() {
  const now = asked();
  at = Math.min(at, now.length - 1);
  for (const question of questions) {
    question.hidden = isOnePage ? !now.includes(question) : question !== now[at];
  }
  for (const part of form.querySelectorAll("[data-part]")) {
    part.hidden = ![...part.querySelectorAll("[data-question]")].some((question) => !question.hidden);
  }
  about.hidden = !isOnePage && at >= 0;
  const answered = now.filter((question) => chosen(question).length).length;
  const place = isOnePage || at < 0 ? words.answered : words.place;
  progress.textContent = place
    .replace("{1}", at + 1)
    .replace("{2}", now.length)
    .replace("{3}", answered);
  bar.max = now.length;
  bar.value = isOnePage ? answered : at + 1;
  back.hidden = isOnePage || at < 0;
  next.hidden = isOnePage || at === now.length - 1;
  next.textContent = at < 0 ? words.begin : words.next;
  submit.classList.toggle("button-primary", next.hidden);
}

function go(place) {
  at = Math.max(-1, place);
  show();
  const shown = at < 0 ? about : asked()[at];
  (shown.querySelector("legend") ?? shown).scrollIntoView({ block: "center" });
  shown.querySelector("select, input").focus({ preventScroll: true });
}

// A record's page leads here with its number behind the #, which is sent to no server; an error leads to its question.
function choose() {
  const wanted = location.hash.slice(1);
  const place = asked().findIndex((question) => question.id === wanted);
  if (place >= 0) go(place);
  for (const select of about.querySelectorAll("select")) {
    if (wanted && [...select.options].some((option) => option.value === wanted)) select.value = wanted;
  }
}

form.classList.add("stepwise");
form.prepend(progress, bar);
bottom.prepend(next, back);
bottom.append(all);
form.addEventListener("change", () => show());
addEventListener("hashchange", choose);
choose();
show();
