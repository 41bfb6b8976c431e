/* The page: shows messages in the order of their numbers, sends what is typed, pressed and chosen. */
(function (xiaobao) {
  "use strict";
  const words = xiaobao.words;
  const make = xiaobao.make;
  const $ = (id) => document.getElementById(id);
  const MOST_CHARACTERS = 10000;

  class Page {
    constructor() {
      this.bySeq = new Map();
      this.byClient = new Map();
      this.waiting = new Set();
      this.session = new xiaobao.Session({
        messages: (list) => list.forEach((message) => this.show(message)),
        form: (form) => this.showForm(form),
        online: (yes) => { $("offline").hidden = yes; },
        restarted: () => this.clear(),
        item: (item) => this.showItem(item),
        delivered: (item, sent) => this.delivered(item, sent),
        refused: (item, problem) => this.refused(item, problem),
      });
    }

    async start() {
      this.listen();
      this.setLarge(xiaobao.storage.get("large") === "true");
      $("text").value = xiaobao.storage.get("draft") || "";
      this.grow();
      this.session.queue.forEach((item) => this.showItem(item));
      const broken = xiaobao.unfinished.names();
      if (broken.length) this.problem(words.goOnWith(broken.join("、")));
      await this.comeOver();
      await this.session.open();
      this.session.poll();
    }

    /* Opened by a link from WeChat, first or second time, now or with the page open already. */
    async comeOver() {
      const found = /^#continue=([\w.-]+)$/.exec(window.location.hash);
      if (!found) return;
      window.history.replaceState(null, "", window.location.pathname);
      try {
        const why = await this.session.follow(found[1]);
        if (why) this.problem(why);
      } catch (error) {
        this.problem(words.linkLater);
        window.history.replaceState(null, "", window.location.pathname + found[0]);
      }
    }

    clear() {
      Array.from(document.querySelectorAll(".message[data-seq]")).forEach((element) => element.remove());
      this.bySeq.clear();
      xiaobao.storage.set("largeSeq", null);
    }

    /* One stored message; a second time only its used buttons change. */
    show(message) {
      const known = this.bySeq.get(message.seq);
      if (known) { this.refreshButtons(known, message); return; }
      const pending = message.client_message_id && this.byClient.get(message.client_message_id);
      if (pending) { this.numbered(pending, message); return; }
      const atEnd = this.nearEnd();
      const element = this.element(message);
      this.bySeq.set(message.seq, element);
      this.place(element);
      if (message.speaker === "citizen" && !message.card) xiaobao.shutCards(message.seq);
      if (message.speaker !== "citizen") this.quietTyping();
      this.scroll(atEnd, message.speaker);
    }

    element(message) {
      const element = make("li", "message " + message.speaker);
      element.dataset.seq = message.seq;
      element.dataset.speaker = message.speaker + (message.speaker_label || "");
      element.appendChild(make("p", "speaker", message.speaker_label));
      if (message.card && message.card.type === "evidence") {
        const view = xiaobao.fileView(message.card.filename, message.card.media_type, message.card.size);
        const bubble = make("div", "bubble");
        bubble.appendChild(view.box);
        element.appendChild(bubble);
        xiaobao.thumbnail(this.session, message.card, view);
        const label = xiaobao.label(this.session, message.card);
        if (label) element.appendChild(label);
        return element;
      }
      if (message.text) element.appendChild(xiaobao.bubble(message));
      const card = xiaobao.card(message, this);
      if (card) element.appendChild(card);
      if (!xiaobao.placesOwnButtons(message)) {
        if (message.seq === 1 && message.buttons.length >= 4) this.addDoors(element, message);
        else if (message.buttons.length) element.appendChild(this.buttons(message));
      }
      return element;
    }

    /* The first words: four doors and a few real questions, nothing else. */
    addDoors(element, message) {
      const doors = make("div", "doors");
      message.buttons.slice(0, 4).forEach((button) => doors.appendChild(this.button(button)));
      element.appendChild(doors);
      if (message.buttons.length > 4) {
        element.appendChild(make("p", "examples-title", words.examples));
        const examples = make("div", "examples");
        message.buttons.slice(4).forEach((button) => examples.appendChild(this.button(button)));
        element.appendChild(examples);
      }
    }

    buttons(message) {
      const box = make("div", "buttons");
      message.buttons.forEach((button) => box.appendChild(this.button(button)));
      return box;
    }

    button(button) {
      const element = xiaobao.action(button.title, "button", () => {
        if (element.disabled) return;
        element.disabled = true;
        this.press(button.id, button.title);
      });
      element.dataset.button = button.id;
      element.disabled = Boolean(button.used);
      return element;
    }

    refreshButtons(element, message) {
      message.buttons.filter((button) => button.used).forEach((button) => {
        const shown = element.querySelector('[data-button="' + button.id + '"]');
        if (shown) shown.disabled = true;
      });
    }

    press(id, title) {
      this.follow(this.session.send({ button: id }, title));
      this.typeOn();
    }

    sendCard(values) {
      this.follow(this.session.send({ card: values }, Object.values(values).join("，")));
      this.typeOn();
    }

    /* What was pressed is dead now, so the focus goes where one writes on; on a phone without opening the keyboard. */
    typeOn() {
      $("text").focus({ preventScroll: true });
      if (window.matchMedia("(pointer: coarse)").matches) $("text").blur();
    }

    sendText(text) { this.follow(this.session.send({ text }, text)); }

    follow() { this.scroll(true, "citizen"); }

    /* A message of one's own that has no number yet. */
    showItem(item) {
      let element = this.byClient.get(item.id);
      if (!element) {
        element = make("li", "message citizen pending");
        element.dataset.speaker = "citizen" + words.you;
        element.append(make("p", "speaker", words.you), make("div", "bubble", item.shown), make("p", "state"));
        this.byClient.set(item.id, element);
        this.place(element);
      }
      const state = element.querySelector(".state");
      if (!state) return;
      const failed = item.state === "failed";
      state.className = failed ? "state failed" : "state";
      state.textContent = failed ? words.notSent + " " : item.state === "waiting" ? words.kept : words.sending;
      if (failed) state.appendChild(xiaobao.action(words.retry, "", () => this.session.retry(item)));
      if (item.state === "sending") this.awaitReply(item.id); else this.quietTyping(item.id);
    }

    delivered(item, sent) {
      const element = this.byClient.get(item.id);
      this.quietTyping(item.id);
      if (element) this.numbered(element, sent);
    }

    numbered(element, message) {
      this.bySeq.set(message.seq, element);
      element.dataset.seq = message.seq;
      element.classList.remove("pending");
      element.querySelector(".bubble").textContent = message.text;
      xiaobao.shutCards(message.seq);
      const state = element.querySelector(".state");
      if (state) state.textContent = words.delivered;
      Array.from(document.querySelectorAll(".message.citizen .state:not(.failed)"))
        .filter((other) => other !== state && other.parentNode.dataset.seq).forEach((other) => other.remove());
      this.place(element);
    }

    /* The server said no: give the words back instead of losing them. */
    refused(item, problem) {
      const element = this.byClient.get(item.id);
      this.quietTyping(item.id);
      if (item.body.text !== undefined && !$("text").value) {
        if (element) element.remove();
        $("text").value = item.body.text;
        this.grow();
        this.problem(problem.message || words.broken);
        $("text").focus();
        return;
      }
      if (!element) return;
      const state = element.querySelector(".state");
      state.className = "state failed";
      state.textContent = words.notSent + "：" + (problem.message || words.broken);
    }

    /* Numbered messages by number, the rest behind them. */
    place(element) {
      const list = $("messages");
      const seq = Number(element.dataset.seq || Infinity);
      const later = Array.from(list.querySelectorAll(".message"))
        .find((other) => other !== element && Number(other.dataset.seq || Infinity) > seq);
      const before = later || $("typing");
      if (element.nextElementSibling !== before) list.insertBefore(element, before);
      this.group();
    }

    /* The speaker stands above each group; inside one it stays for screen readers only. */
    group() {
      const all = Array.from(document.querySelectorAll(".message"));
      let previous = "";
      const lastOwn = all.map((element) => element.classList.contains("citizen")).lastIndexOf(true);
      const lastSaid = all.map((element) => element.classList.contains("citizen") && !element.querySelector(".file")).lastIndexOf(true);
      all.forEach((element, index) => {
        const first = element.dataset.speaker !== previous;
        previous = element.dataset.speaker;
        element.classList.toggle("first", first);
        element.classList.toggle("past", index < lastOwn);
        element.classList.toggle("settled", index < lastSaid); // what a file is, is asked until one talks on
        const label = element.querySelector(".speaker");
        label.className = first && !element.classList.contains("citizen") ? "speaker" : "speaker sr-only";
      });
      $("earlier-place").hidden = !(this.large && lastOwn > 0) || $("log").dataset.all === "true";
    }

    showForm(form) {
      const strip = $("strip");
      strip.hidden = !form;
      if (form) strip.textContent = words.strip(form);
    }

    awaitReply(id) {
      this.waiting.add(id);
      setTimeout(() => {
        if (!this.waiting.size || !$("typing").hidden) return;
        const atEnd = this.nearEnd();
        $("typing").hidden = false;
        this.scroll(atEnd, "citizen");
      }, 350);
    }

    quietTyping(id) {
      if (id) this.waiting.delete(id);
      if (!this.waiting.size) $("typing").hidden = true;
    }

    nearEnd() {
      const log = $("log");
      return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
    }

    scroll(follow, speaker) {
      const log = $("log");
      if (follow) {
        // A long answer is read from its beginning, so never scroll past that.
        const start = speaker === "citizen" ? null : this.startOfAnswer();
        const end = document.querySelector(".message.citizen") ? log.scrollHeight - log.clientHeight : 0;
        log.scrollTop = start ? Math.min(end, start.offsetTop - log.offsetTop - 12) : end;
        $("newer").hidden = true;
      } else if (speaker !== "citizen") {
        $("newer").hidden = false;
      }
    }

    startOfAnswer() {
      const own = Array.from(document.querySelectorAll(".message.citizen")).pop();
      const next = own && own.nextElementSibling;
      return next && next.classList.contains("message") ? next : null;
    }

    setLarge(large) {
      this.large = large;
      document.documentElement.dataset.large = String(large);
      $("large").setAttribute("aria-pressed", String(large));
      $("log").dataset.all = "false";
      xiaobao.storage.set("large", String(large));
      this.group();
      this.grow();
      this.scroll(true);
    }

    problem(text) {
      $("problem").textContent = text || "";
      $("problem").hidden = !text;
    }

    grow() {
      const area = $("text");
      area.style.height = "auto";
      const line = parseFloat(getComputedStyle(area).lineHeight);
      area.style.height = Math.min(area.scrollHeight + 2, Math.round(line * 5 + 20)) + "px";
    }

    submit() {
      const text = $("text").value.trim();
      if (!text) return;
      if (text.length > MOST_CHARACTERS) { this.problem(words.tooLong(MOST_CHARACTERS)); return; }
      this.problem("");
      $("text").value = "";
      xiaobao.storage.set("draft", null);
      this.grow();
      this.sendText(text);
    }

    openMenu(open) {
      $("menu").hidden = !open;
      $("plus").setAttribute("aria-expanded", String(open));
      if (open) $("menu").querySelector("button").focus();
    }

    upload(files) {
      const { uploadMb, videoMb } = document.body.dataset;
      Array.from(files).forEach((file) => {
        const most = Number(xiaobao.isFilm(file) ? videoMb : uploadMb);
        if (file.size > most * 1048576) { this.problem(words.tooLarge(file.name, most)); return; }
        this.problem("");
        const upload = new xiaobao.Upload(file, this.session, (box, line) => {
          const element = make("li", "message citizen pending");
          element.dataset.speaker = "citizen" + words.you;
          const bubble = make("div", "bubble");
          bubble.appendChild(box);
          element.append(make("p", "speaker sr-only", words.you), bubble, line);
          this.place(element);
          this.scroll(true);
          return element;
        });
        upload.start();
      });
    }

    listen() {
      const area = $("text");
      $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); area.focus(); });
      area.addEventListener("keydown", (event) => {
        // While a word is being composed, Enter chooses it; 229 is how old WebViews say that.
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
        event.preventDefault();
        this.submit();
      });
      area.addEventListener("input", () => { this.grow(); xiaobao.storage.set("draft", area.value || null); this.problem(""); });
      area.addEventListener("paste", (event) => {
        const files = event.clipboardData ? event.clipboardData.files : [];
        if (files.length) { event.preventDefault(); this.upload(files); }
      });
      $("large").addEventListener("click", () => this.setLarge(!this.large));
      $("human").addEventListener("click", () => this.sendText(words.human));
      $("my-data").addEventListener("click", () => this.sendText(words.myData));
      $("strip").addEventListener("click", () => this.sendText(words.showForm));
      $("earlier").addEventListener("click", () => { $("log").dataset.all = "true"; this.group(); $("log").focus(); });
      $("newer").addEventListener("click", () => this.scroll(true));
      $("log").addEventListener("scroll", () => { if (this.nearEnd()) $("newer").hidden = true; }, { passive: true });
      $("plus").addEventListener("click", () => this.openMenu($("menu").hidden));
      document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !$("menu").hidden) { this.openMenu(false); $("plus").focus(); }
      });
      Array.from(document.querySelectorAll("[data-pick]")).forEach((button) => {
        const input = $(button.dataset.pick);
        button.addEventListener("click", () => input.click());
        input.addEventListener("change", () => {
          this.upload(input.files);
          input.value = "";
          this.openMenu(false);
          $("plus").focus();
        });
      });
      document.addEventListener("keydown", (event) => { if (event.key === "Tab") document.documentElement.dataset.keys = "true"; });
      document.addEventListener("pointerdown", () => { document.documentElement.dataset.keys = "false"; });
      window.addEventListener("hashchange", () => this.comeOver());
      window.addEventListener("online", () => this.session.flush());
      window.addEventListener("offline", () => { $("offline").hidden = false; });
    }
  }

  document.addEventListener("DOMContentLoaded", () => { new Page().start(); });
})(window.xiaobao);
