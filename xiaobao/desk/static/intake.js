// Fills the intake form while somebody types. Without this file the button "读一遍，填格子" does the same.
"use strict";

const PAUSE = 500; // ms without a key
const KEPT = "xiaobao.intake"; // in this tab only, gone when it is closed

const form = document.getElementById("intake");
if (form) {
  const story = form.elements.narrative;
  const aside = document.getElementById("aside");
  const skipped = (name) => name === "csrf" || name === "draft";
  let timer = 0;
  let asked = 0;

  const show = ({ fields, missing, aside: html }) => {
    for (const [slot, { value, words }] of Object.entries(fields)) {
      const field = form.elements.namedItem(slot); // [slot] of "item" would be the collection's own method
      const read = form.elements.namedItem(`read_${slot}`);
      if (!field || !read || field.value !== read.value) continue; // typed meanwhile: theirs
      field.value = read.value = value;
      form.querySelector(`[data-words="${slot}"]`).textContent = words ? `原话：${words}` : "";
    }
    for (const tag of form.querySelectorAll("[data-need]")) tag.hidden = !missing.includes(tag.dataset.need);
    aside.innerHTML = html; // our own, escaped template
  };

  const read = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.read, {
        method: "POST", body: new FormData(form), headers: { "X-Part": "reading" }, redirect: "manual",
      });
      const gone = answer.status === 401 || answer.status === 400 || answer.type === "opaqueredirect";
      document.getElementById("offline").hidden = !gone;
      if (answer.ok && mine === asked) show(await answer.json());
    } catch { /* the button and the form itself still work */ }
  };

  // What is typed outlives a session that ran out: the next empty form of the same account takes it up.
  const keep = () => {
    const values = [...new FormData(form)].filter(([name]) => !skipped(name));
    sessionStorage.setItem(KEPT, JSON.stringify({ account: form.dataset.account, values }));
  };
  const restore = () => {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    if (!kept || kept.account !== form.dataset.account || story.value || form.elements.contact_phone.value) return;
    for (const [name, value] of kept.values) {
      for (const field of form.querySelectorAll(`[name="${name}"]`)) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
        else field.value = value;
      }
    }
    read();
  };

  form.addEventListener("input", (event) => {
    const words = form.querySelector(`[data-words="${event.target.name}"]`);
    if (words) words.textContent = "";
    keep();
    clearTimeout(timer);
    timer = setTimeout(read, PAUSE);
  });
  restore();
} else {
  sessionStorage.removeItem(KEPT); // filed
}

const print = document.getElementById("print-slip");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
