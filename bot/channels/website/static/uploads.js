/* Evidence: choose, check, send with progress, retry, cancel; thumbnails once the server has made them.
   Large files go in parts and go on where they broke off, also after a reload (docs/website-channel.md). */
(function (xiaobao) {
  "use strict";
  const words = xiaobao.words;
  const make = xiaobao.make;
  const MB = 1048576;
  const LARGE = 8 * MB;
  const PART = 2 * MB;
  const AT_ONCE = 2; // a browser opens six connections to a server: some stay free for talking
  const LONGEST_PAUSE = 30000;
  const FILM = /\.(mp4|mov|m4v|3gp|3g2|webm)$/i;

  const isFilm = (file) => String(file.type).indexOf("video/") === 0 || FILM.test(file.name);

  function kindOf(mediaType) {
    if (mediaType === "application/pdf") return words.kinds.pdf;
    if (String(mediaType).indexOf("video/") === 0) return words.kinds.video;
    return String(mediaType).indexOf("audio/") === 0 ? words.kinds.audio : words.kinds.image;
  }

  function sizeOf(bytes) {
    return bytes >= 1048576 ? (bytes / 1048576).toFixed(1) + " MB" : Math.max(1, Math.round(bytes / 1024)) + " KB";
  }

  /* The inside of a file's bubble. */
  function fileView(name, mediaType, size) {
    const box = make("div", "file");
    const kind = make("span", "kind", kindOf(mediaType));
    const about = make("div", "about");
    about.append(make("span", "name", name), make("span", "size", sizeOf(size)));
    box.append(kind, about);
    return { box, about, kind };
  }

  /* The re-encoded copy appears some seconds after the upload; ask a few times, then leave the plain icon. */
  async function thumbnail(session, card, view) {
    if (String(card.media_type).indexOf("image/") !== 0) return;
    const fresh = Date.now() - Date.parse(card.received_at) < 120000;
    for (const seconds of fresh ? [2, 6, 20, 60] : [0]) {
      await new Promise((done) => setTimeout(done, seconds * 1000));
      try {
        const answer = await fetch("/chat/evidence/" + card.evidence_id + "/preview", {
          headers: { Authorization: "Bearer " + session.token },
        });
        if (answer.ok) {
          const picture = make("img");
          picture.alt = card.filename;
          picture.src = URL.createObjectURL(await answer.blob());
          view.kind.replaceWith(picture);
          return;
        }
      } catch (error) { /* the icon stays */ }
    }
  }

  /* Ids of uploads in parts that are not whole yet, by what tells a file from others. */
  const unfinished = {
    all() {
      try { return JSON.parse(xiaobao.storage.get("parts") || "{}"); } catch (error) { return {}; }
    },
    key: (file) => [file.name, file.size, file.lastModified].join("|"),
    get(file) { return (this.all()[this.key(file)] || {}).id; },
    set(file, id) {
      const all = this.all();
      if (id) all[this.key(file)] = { id, name: file.name }; else delete all[this.key(file)];
      xiaobao.storage.set("parts", Object.keys(all).length ? JSON.stringify(all) : null);
    },
    names() { return Object.values(this.all()).map((kept) => kept.name); },
  };

  /* Few uploads at once, in the order of choosing. */
  const line = {
    waiting: [],
    running: 0,
    join(work) { this.waiting.push(work); this.next(); },
    leave(work) { this.waiting = this.waiting.filter((other) => other !== work); },
    next() {
      if (this.running >= AT_ONCE || !this.waiting.length) return;
      this.running += 1;
      this.waiting.shift()().finally(() => { this.running -= 1; this.next(); });
    },
  };

  /* Wait, but go on at once when the network is back. */
  function pause(milliseconds) {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      window.addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
    });
  }

  class Upload {
    constructor(file, session, place) {
      this.file = file;
      this.session = session;
      this.view = fileView(file.name, file.type || "", file.size);
      this.progress = make("progress");
      this.progress.max = 100;
      this.view.about.appendChild(this.progress);
      this.line = make("p", "state");
      this.element = place(this.view.box, this.line);
    }

    say(text, failed, title, onPress) {
      this.line.className = failed ? "state failed" : "state";
      this.line.textContent = text + " ";
      if (title) this.line.appendChild(xiaobao.action(title, "", onPress));
    }

    start() {
      this.cancelled = false;
      this.progress.hidden = false;
      this.progress.value = 0;
      const work = () => (this.cancelled ? Promise.resolve() : this.send());
      this.cancel = () => {
        this.cancelled = true;
        line.leave(work);
        if (this.request) this.request.abort();
        unfinished.set(this.file, null);
        this.element.remove();
      };
      this.say(words.uploadWaits, false, words.cancel, this.cancel);
      line.join(work);
    }

    async send() {
      this.say(words.uploading(0), false, words.cancel, this.cancel);
      try {
        await (this.file.size > LARGE ? this.inParts() : this.atOnce());
      } catch (error) {
        if (!this.cancelled) this.failed(words.uploadFailed);
      }
    }

    /* One request with progress; throws when there is no network. `before` bytes have arrived already. */
    ask(method, path, body, before) {
      return new Promise((done, fail) => {
        const request = new XMLHttpRequest();
        this.request = request;
        request.open(method, "/chat/evidence" + path);
        request.setRequestHeader("Authorization", "Bearer " + this.session.token);
        if (typeof body === "string") request.setRequestHeader("Content-Type", "application/json");
        request.upload.addEventListener("progress", (event) => {
          if (event.lengthComputable && before !== undefined) this.show(before + event.loaded);
        });
        request.addEventListener("load", () => {
          let content = {};
          try { content = JSON.parse(request.responseText); } catch (error) { content = {}; }
          done({ status: request.status, content, retryAfter: Number(request.getResponseHeader("Retry-After") || 1) });
        });
        ["error", "timeout", "abort"].forEach((name) => request.addEventListener(name, () => fail(new Error(name))));
        request.timeout = 180000;
        request.send(body);
      });
    }

    show(bytes) {
      const percent = Math.min(99, Math.round((bytes / Math.max(1, this.file.size)) * 100));
      this.progress.value = percent;
      if (this.line.firstChild) this.line.firstChild.textContent = words.uploading(percent) + " ";
    }

    async atOnce() {
      const form = new FormData();
      form.append("file", this.file, this.file.name);
      this.finished(await this.ask("POST", "", form, 0));
    }

    /* Ask until there is an answer: the network may be gone for a while, the token may be renewed. */
    async patiently(method, path, body, before) {
      for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
        let answer = null;
        try { answer = await this.ask(method, path, body, before); } catch (error) { answer = null; }
        if (this.cancelled) throw new Error("cancelled");
        const full = answer && answer.status === 507;
        if (answer && answer.status === 401) { await this.session.open(); continue; }
        if (answer && answer.status !== 429 && (answer.status < 500 || full)) return answer;
        if (method === "PUT" && !(answer && answer.status === 429)) return null; // some of it may have arrived
        this.say(answer ? words.uploadSlow : words.uploadOffline, false, words.cancel, this.cancel);
        await pause(answer && answer.status === 429 ? answer.retryAfter * 1000 : wait);
      }
    }

    async inParts() {
      let state = await this.begun();
      for (let wait = 1000; state.status === 200 && state.content.received < this.file.size;) {
        const offset = state.content.received;
        const path = "/uploads/" + state.content.upload_id;
        const part = this.file.slice(offset, Math.min(offset + PART, this.file.size));
        this.show(offset);
        let answer = await this.patiently("PUT", path + "?offset=" + offset, part, offset);
        if (answer === null) {
          this.say(words.uploadOffline, false, words.cancel, this.cancel);
          await pause(wait);
          wait = Math.min(wait * 2, LONGEST_PAUSE);
          answer = await this.patiently("GET", path, null);
          this.say(words.uploading(0), false, words.cancel, this.cancel);
        } else {
          wait = 1000;
        }
        const moved = answer.status === 409 && answer.content.code === "part_offset";
        state = moved ? { status: 200, content: answer.content } : answer;
      }
      if (state.status === 200 && !state.content.evidence_id) {
        state = await this.patiently("POST", "/uploads/" + state.content.upload_id, null);
      }
      if (state.status !== 507) unfinished.set(this.file, null);
      this.finished(state);
    }

    /* The state of the upload: one that broke off before, or a new one. */
    async begun() {
      const known = unfinished.get(this.file);
      if (known) {
        const answer = await this.patiently("GET", "/uploads/" + known, null);
        if (answer.status === 200) return answer;
        unfinished.set(this.file, null);
      }
      const about = JSON.stringify({ filename: this.file.name, size: this.file.size });
      const answer = await this.patiently("POST", "/uploads", about);
      if (answer.status === 200) unfinished.set(this.file, answer.content.upload_id);
      return answer;
    }

    finished(answer) {
      if (answer.status === 200) { this.element.remove(); return; } // its stored bubble comes with the next poll
      const again = answer.status >= 500 || answer.status === 429 || answer.status === 400;
      this.failed(answer.content.message || words.uploadFailed, again);
    }

    failed(text, again) {
      this.progress.hidden = true;
      if (again === false) this.say(text, true);
      else this.say(text, true, words.retry, () => this.start());
    }
  }

  /* A photo or PDF of which nobody knows what it is: the citizen may say that it is sensitive; then the bot asks. */
  function label(session, card) {
    const pages = card.media_type === "application/pdf" || String(card.media_type).indexOf("image/") === 0;
    if (!pages || card.kind || Date.now() - Date.parse(card.received_at) > 86400000) return null;
    const box = make("div", "label");
    const open = xiaobao.action(words.isPaper, "link", () => {
      open.remove();
      Object.keys(words.papers).forEach((kind) => box.appendChild(xiaobao.action(words.papers[kind], "button", async () => {
        box.hidden = true;
        try {
          const answer = await session.call("POST", "/evidence/" + card.evidence_id + "/kind", { kind }, 20);
          if (answer.status !== 200) box.hidden = false;
        } catch (error) { box.hidden = false; }
      })));
      box.querySelector("button").focus();
    });
    box.appendChild(open);
    return box;
  }

  xiaobao.isFilm = isFilm;
  xiaobao.unfinished = unfinished;
  xiaobao.label = label;
  xiaobao.fileView = fileView;
  xiaobao.thumbnail = thumbnail;
  xiaobao.Upload = Upload;
})(window.xiaobao);
