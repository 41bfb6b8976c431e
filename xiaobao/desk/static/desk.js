// Comfort only: every act works without this file.
"use strict";

// "/" goes to the search field, as in most lists.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.querySelector(".search input[type=search]");
  if (field) { event.preventDefault(); field.focus(); field.select(); }
});

// What the citizen will read follows the typing; the newest answer wins.
for (const form of document.querySelectorAll("form[data-notice]")) {
  const place = form.querySelector("[data-notice-here]");
  if (!form.querySelector("button[value=preview]")) continue;
  let timer = 0;
  let asked = 0;
  const refresh = async () => {
    const mine = ++asked;
    const body = new FormData(form);
    body.set("act", "preview");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "notice" } });
      if (answer.ok && mine === asked) place.innerHTML = await answer.text(); // our own, escaped template
    } catch { /* the button "先看看" still works */ }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(refresh, 400); });
}

// A second click on a slow line sends nothing twice. Submit buttons stay enabled until their value is in the request.
for (const form of document.querySelectorAll("form[method=post]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) { event.preventDefault(); return; }
    if (form.action.includes("/evidence/")) return; // a download may be asked for again
    sent = true;
    setTimeout(() => { sent = false; }, 5000);
  });
}

// A canned text goes where the cursor stands; what is typed already stays.
for (const list of document.querySelectorAll("select[data-canned]")) {
  const field = document.getElementById(list.dataset.canned);
  list.closest("p").hidden = false;
  list.addEventListener("change", () => {
    if (!list.value) return;
    field.setRangeText(list.value, field.selectionStart, field.selectionEnd, "end");
    list.value = "";
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true })); // the preview and the draft follow
  });
}

// On a slow line somebody types before the scripts are there: then the preview, the draft and the reading take it up.
document.addEventListener("DOMContentLoaded", () => {
  const typed = (field) => /^(TEXTAREA|INPUT)$/.test(field.tagName) && field.type !== "hidden" && field.value !== field.defaultValue;
  for (const form of document.querySelectorAll("form[method=post]")) {
    if ([...form.elements].some(typed)) form.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
