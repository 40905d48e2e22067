// Buttons on the page of a record that need a script: printing it, and copying how to cite it.

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
