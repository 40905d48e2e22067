// What is typed in a form of the back-office is kept for whoever types it, and nobody leaves a changed form unawares.
"use strict";
{
  const EVERY = 5000; // milliseconds between two copies, and none where nothing was typed
  const MOST_PAUSE = 12; // turns
  const MOST_ON_LEAVING = 60000; // characters that a browser still sends for a page that is gone

  function watch(note) {
    const { form } = note;
    const { keep, forget, state } = note.dataset;
    const proofs = [note.name, "csrfmiddlewaretoken"];
    let saved = ""; // what the form says when nothing is lost by leaving it
    let kept = ""; // what of it the server knows
    let isSubmitting = false;
    let sending = null;
    let failures = 0; // one after the other …
    let pause = 0; // … and how many turns are left out for them, so that a server in trouble is left alone

    const everything = (of = form) =>
      new URLSearchParams([...new FormData(of)].filter(([, value]) => typeof value === "string"));

    function said(of = form) {
      const values = everything(of);
      proofs.forEach((name) => values.delete(name));
      return values.toString();
    }

    function tell(text) {
      const row = form.querySelector(".submit-row:last-of-type") || form;
      const line = form.querySelector(".unsaved-note") || row.appendChild(document.createElement("p"));
      line.className = "unsaved-note";
      line.setAttribute("role", "status");
      if (line.textContent !== text) line.textContent = text;
    }

    async function copy(isLeaving = false) {
      const now = said();
      if (isSubmitting || sending || now === kept) return;
      const body = everything().toString();
      const isBack = now === saved; // everything was taken back
      sending = new AbortController();
      try {
        const answer = await fetch(isBack ? forget : keep, {
          method: "POST",
          body,
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
          redirect: "manual",
          keepalive: isLeaving && body.length < MOST_ON_LEAVING,
          signal: sending.signal,
        });
        if (!answer.ok && !isBack) throw new Error(answer.status);
        kept = now;
        failures = 0;
        tell(isBack ? "" : "Not saved yet. A copy is kept for you.");
      } catch {
        failures += 1;
        pause = Math.min(2 ** failures, MOST_PAUSE);
        if (!isSubmitting) {
          tell("No copy of what you type can be kept at the moment. Save it: if you have to log in first, it comes back.");
        }
      } finally {
        sending = null;
      }
    }

    form.addEventListener("submit", () => {
      isSubmitting = true;
      if (sending) sending.abort();
    });
    addEventListener("pageshow", () => (isSubmitting = false));
    addEventListener("beforeunload", (event) => {
      if (isSubmitting || said() === saved) return;
      event.preventDefault();
      event.returnValue = true; // for older browsers
    });
    document.addEventListener("visibilitychange", () => document.hidden && copy(true));

    const asItCame = form.cloneNode(true); // whatever was typed before this script ran, or a reload has brought back
    asItCame.reset();
    if (state === "fresh") saved = said(asItCame);
    if (state !== "refused") kept = said(asItCame);
    setInterval(() => (pause ? pause-- : copy()), EVERY);
  }

  document.querySelectorAll("input[data-keep]").forEach(watch);
}
