/* The demo's page: shows what the simulated platform knows and tells it what somebody does. Text is never parsed as HTML. */
(function () {
  "use strict";
  const at = (id) => document.getElementById(id);
  const LINK = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/g;
  const WINDOWS = { message: "说过话", action: "点菜单、关注或扫码", none: "" };
  const PUSHED = {
    text: "文字", image: "照片", voice: "语音", video: "视频", location: "位置",
    subscribe: "关注", unsubscribe: "取消关注", SCAN: "扫码", CLICK: "点菜单",
    subscribe_msg_popup_event: "订阅通知的选择", TEMPLATESENDJOBFINISH: "模板消息的结果",
  };
  const CALLED = {
    "/cgi-bin/message/custom/send": "发客服消息", "/cgi-bin/message/custom/typing": "显示正在输入",
    "/cgi-bin/message/template/send": "发模板消息", "/cgi-bin/message/template/subscribe": "发订阅通知",
    "/cgi-bin/media/get": "取文件", "/cgi-bin/stable_token": "取令牌", "/cgi-bin/menu/create": "建菜单",
  };
  const state = { version: 0, lines: 0, openid: recall(), wire: new Map(), shown: "" };

  function recall() {
    let known = null;
    try { known = sessionStorage.getItem("openid"); } catch (error) { /* private mode */ }
    return known || fresh();
  }
  function fresh() {
    const bytes = crypto.getRandomValues(new Uint8Array(13));
    const made = "o" + Array.from(bytes, (b) => ("0" + b.toString(16)).slice(-2)).join("");
    try { sessionStorage.setItem("openid", made); } catch (error) { /* private mode */ }
    return made;
  }
  function make(name, fields, ...children) {
    const element = Object.assign(document.createElement(name), fields);
    element.append(...children);
    return element;
  }
  async function post(path, body) {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    look();
    return answer.ok ? answer.json() : {};
  }
  const act = (kind, fields) => post("/demo/act", Object.assign({ openid: state.openid, kind }, fields));

  /* The screen of the telephone. */
  function linked(text) {
    const parts = [];
    let from = 0;
    for (const found of text.matchAll(LINK)) {
      const href = found[0].replace(/(\/mp\/subscribemsg\?[^#]*)/, "$1&sim_openid=" + state.openid);
      parts.push(text.slice(from, found.index), make("a", { href, target: "_blank", rel: "noopener", textContent: found[0] }));
      from = found.index + found[0].length;
    }
    return parts.concat(text.slice(from));
  }
  function line(one) {
    const item = make("li", { className: "line " + one.from });
    if (one.from === "note" || one.from === "platform") { item.append(one.text); return item; }
    const bubble = make("div", { className: "bubble" });
    const names = { "[image]": "［照片］", "[voice]": "［语音 4″］", "[video]": "［视频］", "[location]": "［位置］" };
    if (one.from === "template") {
      const data = JSON.parse(one.text);
      bubble.classList.add("template");
      bubble.append(make("b", { textContent: "服务通知" }), ...Object.values(data).map((field) => make("div", {}, field.value)));
      if (one.url) bubble.append(make("a", { href: one.url, target: "_blank", rel: "noopener", textContent: "点开看" }));
    } else if (one.media && one.text === "[image]") {
      bubble.append(make("img", { src: "/demo/media/" + one.media, alt: "照片" }));
    } else if (one.menu.length) {
      const choices = new Set(one.menu.map((choice) => choice.content));
      const head = one.text.split("\n").filter((part) => !choices.has(part)).join("\n");
      bubble.append(...linked(head), ...one.menu.map((choice) => {
        const tap = make("button", { type: "button", className: "tap", textContent: choice.content });
        tap.addEventListener("click", () => act("text", { text: choice.content, menu_id: choice.id }));
        return tap;
      }));
    } else {
      bubble.append(...linked(names[one.text] || one.text));
    }
    item.append(bubble);
    return item;
  }
  function showScreen(now) {
    const list = at("screen");
    if (now.screen.length < state.lines) { list.replaceChildren(); state.lines = 0; }
    for (const one of now.screen.slice(state.lines)) list.append(line(one));
    if (now.screen.length > state.lines) list.scrollTop = list.scrollHeight;
    state.lines = now.screen.length;
    at("outside").hidden = now.follows;
    list.hidden = at("foot").hidden = !now.follows;
    if (!now.follows) closeSheets();
  }

  /* Menu and the things one can send. */
  function closeSheets() {
    at("sub").hidden = at("tools").hidden = true;
    at("plus").setAttribute("aria-expanded", "false");
    for (const button of at("menu").children) button.setAttribute("aria-expanded", "false");
  }
  function showMenu(groups) {
    const said = JSON.stringify(groups);
    if (said === state.shown) return;
    state.shown = said;
    at("menu").replaceChildren(...groups.map((group) => {
      const button = make("button", { type: "button", textContent: group.name });
      button.setAttribute("aria-expanded", "false");
      button.addEventListener("click", () => {
        const open = button.getAttribute("aria-expanded") === "true";
        closeSheets();
        if (open) return;
        button.setAttribute("aria-expanded", "true");
        at("sub").hidden = false;
        at("sub").replaceChildren(...(group.sub_button || []).map((entry) => {
          const choice = make("button", { type: "button", className: "button", textContent: entry.name });
          choice.addEventListener("click", () => { closeSheets(); act("click", { text: entry.key, title: entry.name }); });
          return choice;
        }));
      });
      return button;
    }));
  }
  function showScenes(scenes) {
    for (const id of ["scan", "scan-follow"]) {
      if (at(id).childElementCount === scenes.length) continue;
      at(id).replaceChildren(...scenes.map((scene) => {
        const button = make("button", { type: "button", className: "button", textContent: "扫码：" + scene.title });
        button.addEventListener("click", () => { closeSheets(); act("scan", { text: scene.scene, title: scene.title }); });
        return button;
      }));
    }
    at("scan-title").hidden = !scenes.length;
  }

  /* Behind it: quota, faults, the wire. */
  function showLedger(now) {
    const quota = now.ledger;
    const open = quota.left > 0;
    const left = quota.left >= 3600 ? Math.floor(quota.left / 3600) + " 小时" : quota.left + " 秒";
    at("ledger").textContent = quota.window === "none" ? "这位用户还没有做过什么，一条也不能主动发"
      : open ? "最近一次" + WINDOWS[quota.window] + "：主动发了 " + quota.sent + " 条，最多 " + quota.most + " 条；还剩 " + left
      : "窗口已经关了：客服消息发不出去（45015），只剩模板消息";
    at("violations").hidden = !now.violations.length;
    at("violations").textContent = "平台挑出的毛病：" + now.violations.join("；");
  }
  function showFaults(faults) {
    if (!at("faults").childElementCount) {
      at("faults").replaceChildren(...faults.map((fault) => {
        const box = make("input", { type: "checkbox", id: "fault-" + fault.name });
        box.addEventListener("change", () => post("/demo/fault", { name: fault.name, on: box.checked }));
        return make("label", {}, box, make("span", { textContent: fault.title }), make("small", { textContent: fault.about }));
      }));
    }
    for (const fault of faults) at("fault-" + fault.name).checked = fault.on;
  }
  function result(entry) {
    if (entry.seconds === null) return ["等回应……", false];
    const time = "，" + entry.seconds.toFixed(1) + " 秒";
    if (entry.received === null) return [(entry.seconds > 4.9 ? "5 秒没等到，挂断" : "没有回应") + time, true];
    if (entry.kind === "push") return [(entry.opened ? "回了一条" : "success") + time, false];
    const code = /"errcode":\s*(-?\d+)/.exec(entry.received);
    const wrong = code ? code[1] !== "0" : entry.received.startsWith("<");
    return [(code && wrong ? code[1] : wrong ? "网页" : "好") + time, wrong];
  }
  function block(title, text) {
    return text ? [make("h3", { textContent: title }), make("pre", { textContent: text })] : [];
  }
  function showWire(entries) {
    for (const entry of entries) {
      let row = state.wire.get(entry.number);
      const details = row ? row.firstChild : make("details", {});
      const [said, wrong] = result(entry);
      const what = entry.kind === "push" ? "用户 → 机器人：" + (PUSHED[entry.title] || entry.title) + (entry.attempt > 1 ? "（第 " + entry.attempt + " 次）" : "") : "机器人 → 平台：" + (CALLED[entry.title] || entry.title);
      const clock = new Date(entry.at * 1000).toTimeString().slice(0, 8);
      const push = entry.kind === "push";
      details.replaceChildren(
        make("summary", {}, make("span", { textContent: clock }), make("b", { textContent: what }), make("span", { className: wrong ? "result bad" : "result", textContent: said })),
        ...block(push ? "平台发来的（解密后）" : "机器人请求的", entry.sent),
        ...(push ? block("线上的样子（加密）", entry.sealed) : []),
        ...block(push ? "机器人回的（解密后）" : "平台答的", entry.opened || (push ? entry.received : "")),
        ...(push && entry.opened ? block("线上的样子（加密）", entry.received) : []),
      );
      if (!row) {
        row = make("li", {}, details);
        state.wire.set(entry.number, row);
        at("wire").prepend(row);
      }
    }
  }

  let looking = false;
  async function look() {
    if (looking) return;
    looking = true;
    try {
      const asked = state.openid;
      const answer = await fetch("/demo/state?openid=" + asked + "&version=" + state.version, { cache: "no-store" });
      const now = await answer.json();
      if (asked !== state.openid) return;
      showMenu(now.menu);
      showScenes(now.scenes);
      showScreen(now);
      showLedger(now);
      showFaults(now.faults);
      showWire(now.wire);
      state.version = now.version;
      at("bot").href = now.bot + "/chat";
      at("desk").href = now.desk + "/";
    } catch (error) { /* the demo was stopped, or starts again */ } finally { looking = false; }
  }

  /* What one can do. */
  at("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = at("text").value;
    if (!text.trim()) return;
    at("text").value = "";
    closeSheets();
    act("text", { text });
  });
  at("keys").addEventListener("click", () => {
    const hidden = at("menu").hidden = !at("menu").hidden;
    at("keys").setAttribute("aria-pressed", String(hidden));
    closeSheets();
  });
  at("plus").addEventListener("click", () => {
    const open = at("tools").hidden;
    closeSheets();
    at("tools").hidden = !open;
    at("plus").setAttribute("aria-expanded", String(open));
  });
  const sendFile = (file, kind) => {
    const reader = new FileReader();
    reader.onload = () => { closeSheets(); act(kind, { file: reader.result, type: file.type }); };
    reader.readAsDataURL(file);
  };
  at("photo").addEventListener("change", () => {
    const file = at("photo").files[0];
    if (file) sendFile(file, file.type.startsWith("video/") ? "video" : "image");
    at("photo").value = "";
  });
  at("sample").addEventListener("click", () => {
    const paper = make("canvas", { width: 420, height: 560 });
    const pen = paper.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, 420, 560);
    pen.fillStyle = "#111111";
    const lines = ["示例超市（演示小票）", "2026-10-03 10:21", "", "健身卡            2680.00", "", "合计           2680.00 元", "谢谢惠顾，请保留小票"];
    lines.forEach((text, n) => { pen.font = (n ? "24px" : "bold 28px") + " sans-serif"; pen.fillText(text, 30, 70 + n * 60); });
    paper.toBlob((blob) => sendFile(blob, "image"), "image/jpeg", 0.9);
  });
  at("voice").addEventListener("click", () => { closeSheets(); act("voice"); });
  at("sticker").addEventListener("click", () => { closeSheets(); act("sticker"); });
  at("place").addEventListener("submit", (event) => { event.preventDefault(); closeSheets(); act("location", { text: at("label").value }); });
  at("follow").addEventListener("click", () => act("subscribe"));
  at("leave").addEventListener("click", () => act("unsubscribe"));
  at("other").addEventListener("click", () => { state.openid = fresh(); at("screen").replaceChildren(); state.lines = 0; look(); });
  at("accept").addEventListener("click", async () => {
    at("said").textContent = "工作人员正在处理……";
    const answer = await post("/demo/staff", {});
    at("said").textContent = answer.said || "没有办成，请看工作台";
  });
  for (const button of document.querySelectorAll("button[data-fault]")) {
    button.addEventListener("click", async () => {
      await post("/demo/fault", { name: button.dataset.fault });
      if (button.dataset.fault === "later") at("said").textContent = "平台的时间往后拨了 48 小时";
    });
  }
  for (const tab of document.querySelectorAll(".tabs button")) {
    tab.addEventListener("click", () => {
      document.querySelector("main").dataset.side = tab.dataset.side;
      for (const other of document.querySelectorAll(".tabs button")) other.setAttribute("aria-selected", String(other === tab));
    });
  }
  setInterval(look, 700);
  look();
})();
