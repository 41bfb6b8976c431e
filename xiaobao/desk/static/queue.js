// Urgent tickets that ring, who else is looking, drafts, keys. Comfort only: every act works without this file.
"use strict";

const PULSE_SECONDS = 30;
const PRESENCE_SECONDS = 20;
const DRAFT_DAYS = 7;
const account = document.body.dataset.account;
const csrf = () => document.querySelector("input[name=csrf]")?.value || "";
const kept = { // a browser may forbid storage; then nothing is kept
  get(name) { try { return localStorage.getItem(name); } catch { return null; } },
  set(name, value) { try { localStorage.setItem(name, value); } catch { /* full or forbidden */ } },
  drop(name) { try { localStorage.removeItem(name); } catch { /* forbidden */ } },
  names() { try { return Object.keys(localStorage); } catch { return []; } },
};
const element = (name, text, attributes = {}) => {
  const made = Object.assign(document.createElement(name), { textContent: text });
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// The urgent flag: a bar with the way there, a mark in the title, a sound for who wants one.
const title = document.title;
function beep() {
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  tone.connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.2);
}
function ring(number) {
  document.querySelector(".ring")?.remove();
  document.title = number ? `（紧急）${title}` : title;
  if (!number) return;
  const bar = element("div", "", { class: "ring", role: "alert" });
  bar.append("有一件紧急的单子还没人办：", element("a", number, { href: `/tickets/${number}` }));
  const sound = element("button", kept.get("urgent-sound") ? "不要响铃" : "下次响铃", { type: "button", class: "quiet" });
  sound.addEventListener("click", () => {
    if (kept.get("urgent-sound")) kept.drop("urgent-sound"); else { kept.set("urgent-sound", "1"); beep(); }
    sound.textContent = kept.get("urgent-sound") ? "不要响铃" : "下次响铃";
  });
  const seen = element("button", "知道了", { type: "button", class: "quiet" });
  seen.addEventListener("click", () => { kept.set(`urgent-seen:${account}`, number); ring(null); });
  bar.append(sound, seen);
  document.querySelector(".top").after(bar);
}
let ringing = null;
async function pulse() {
  if (document.hidden && !kept.get("urgent-sound")) return;
  try {
    const answer = await fetch(document.body.dataset.pulse, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) return;
    const told = await answer.json();
    for (const place of document.querySelectorAll("[data-count]")) {
      const count = told[place.dataset.count];
      if (count !== undefined) place.textContent = count > 1000 ? "1000+" : count;
      if (place.dataset.count === "waiting") place.hidden = !count;
    }
    const number = told.urgent && told.urgent !== kept.get(`urgent-seen:${account}`) && !location.pathname.endsWith(told.urgent) ? told.urgent : null;
    if (number === ringing) return;
    if (number && kept.get("urgent-sound")) try { beep(); } catch { /* no sound here */ }
    ringing = number;
    ring(number);
  } catch { /* the next one will do */ }
}
if (document.body.dataset.pulse) { pulse(); setInterval(pulse, PULSE_SECONDS * 1000); }

// Who else has this ticket open.
const ticket = /^\/tickets\/(XB\d{8}-\d{6})/.exec(location.pathname)?.[1];
async function present() {
  if (document.hidden) return;
  const body = new FormData();
  body.set("csrf", csrf());
  try {
    const answer = await fetch(`/tickets/${ticket}/presence`, { method: "POST", body, redirect: "error" });
    if (!answer.ok) return;
    const { others } = await answer.json();
    const place = document.querySelector(".present") || document.querySelector(".heading")?.appendChild(element("p", "", { class: "present", "aria-live": "polite" }));
    const words = others.length ? `${others.join("、")}正在看这张单子` : "";
    if (place && place.textContent !== words) place.textContent = words;
  } catch { /* the next one will do */ }
}
if (ticket && account && document.querySelector(".columns") && document.querySelector(".step-links, .do")) {
  present();
  setInterval(present, PRESENCE_SECONDS * 1000);
  addEventListener("pagehide", () => {
    const body = new FormData();
    body.set("csrf", csrf());
    navigator.sendBeacon(`/tickets/${ticket}/presence/leave`, body);
  });
}

// Drafts: what was typed into a step and not sent is there again. They go with the step taken, with signing out, with time.
const mine = (name) => name.startsWith(`draft:${account}:`);
for (const name of kept.names().filter(mine)) {
  let at = 0;
  try { at = JSON.parse(kept.get(name)).at; } catch { /* not ours */ }
  const sent = ticket && name.startsWith(`draft:${account}:${ticket}:`) && document.querySelector(".good-box");
  if (sent || Date.now() - at > DRAFT_DAYS * 86400000) kept.drop(name);
}
document.querySelector('form[action$="sign-out"]')?.addEventListener("submit", () => kept.names().filter((name) => name.startsWith("draft:")).forEach(kept.drop));
for (const form of ticket && account ? document.querySelectorAll("form.step") : []) {
  const name = `draft:${account}:${ticket}:${form.action.split("/").pop()}`;
  const fields = [...form.querySelectorAll("textarea, input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not([type=file]):not([type=password])")];
  let found = null;
  try { found = JSON.parse(kept.get(name)); } catch { /* not ours */ }
  const empty = fields.filter((field) => field.tagName !== "TEXTAREA" || !field.value);
  if (found && fields.some((field) => field.tagName === "TEXTAREA" && !field.value && found.values[field.name])) {
    for (const field of empty) if (found.values[field.name]) field.value = found.values[field.name];
    const line = element("p", "上次没提交的内容 ", { class: "draft-line" });
    const away = element("button", "清掉", { type: "button", class: "quiet" });
    away.addEventListener("click", () => { kept.drop(name); form.reset(); line.remove(); });
    line.append(away);
    form.querySelector("h3")?.after(line);
    form.dispatchEvent(new Event("input"));
  }
  form.addEventListener("input", () => {
    const values = Object.fromEntries(fields.filter((field) => field.value).map((field) => [field.name, field.value]));
    if (fields.some((field) => field.tagName === "TEXTAREA" && field.value)) kept.set(name, JSON.stringify({ at: Date.now(), values }));
    else kept.drop(name);
  });
}

// Keys.
let waitingForPlace = false;
const go = (path) => { const link = document.querySelector(`.rail a[href="${path}"]`); if (link) link.click(); };
function choose(step) {
  const rows = [...document.querySelectorAll(".list tbody tr")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.classList.contains("chosen"));
  const next = Math.max(0, Math.min(rows.length - 1, now < 0 ? (step > 0 ? 0 : rows.length - 1) : now + step));
  rows[now]?.classList.remove("chosen");
  rows[next].classList.add("chosen");
  rows[next].querySelector("a")?.focus();
  rows[next].scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog[open]")) return;
  const { key } = event;
  if (waitingForPlace) {
    waitingForPlace = false;
    if (key === "t") go("/today"); else if (key === "l") go("/"); else if (key === "w") go("/wall");
    return;
  }
  if (key === "g") { waitingForPlace = true; setTimeout(() => { waitingForPlace = false; }, 1500); }
  else if (key === "j") choose(1);
  else if (key === "k") choose(-1);
  else if (key === "u" && ticket) document.querySelector(".back a")?.click();
  else if (key === "?") document.getElementById("keys")?.showModal();
  else if (/^[1-9]$/.test(key) && ticket) document.querySelectorAll(".step-links a")[Number(key) - 1]?.click();
});
