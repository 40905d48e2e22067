// What only a script can do on the page of a record: open what an address leads to, print, and copy how to cite it.

function openTarget() {
  const fold = document.querySelector(":target")?.closest("details");
  if (fold) fold.open = true;
}

openTarget();
addEventListener("hashchange", openTarget);

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

function linesAfter(title) {
  const lines = [];
  for (let line = title.nextElementSibling; line?.localName === "dd"; line = line.nextElementSibling) {
    lines.push(line.textContent.trim());
  }
  return lines.join("\n");
}

for (const button of document.querySelectorAll("[data-copy-lines]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const status = button.closest(".cite").querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(linesAfter(button.closest("dt")));
      status.textContent = status.dataset.copied;
    } catch {
      status.textContent = status.dataset.notCopied;
    }
  });
}
