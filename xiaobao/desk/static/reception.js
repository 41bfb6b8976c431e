// Looks again at who waits and what was said. Comfort only: 刷新 does the same.
"use strict";

const atEnd = (place) => place.scrollHeight - place.scrollTop - place.clientHeight < 80;
const toEnd = (place) => { place.scrollTop = place.scrollHeight; };
for (const place of document.querySelectorAll("[data-again]")) {
  let last = null;
  toEnd(place);
  setInterval(async () => {
    if (document.hidden || (place !== document.activeElement && place.contains(document.activeElement))) return;
    try {
      const answer = await fetch(place.dataset.again, { redirect: "error" });
      if (!answer.ok) return;
      const part = await answer.text();
      if (part === last) return;
      last = part;
      const end = atEnd(place);
      place.innerHTML = part;
      if (end) toEnd(place);
    } catch { /* the next one will do */ }
  }, Number(place.dataset.seconds) * 1000);
}
// Enter sends, as in every talk; Shift+Enter begins a new line.
document.getElementById("r-text")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
