/* Talking to the server: token, sending in order, long poll. Knows nothing of how things look. */
(function (xiaobao) {
  "use strict";
  const memory = {};

  /* localStorage may be forbidden (private mode, third-party frame): then this page forgets, but works. */
  xiaobao.storage = {
    get(name) {
      try { return window.localStorage.getItem("xiaobao." + name); } catch (error) { return memory[name] || null; }
    },
    set(name, value) {
      try {
        if (value === null) window.localStorage.removeItem("xiaobao." + name);
        else window.localStorage.setItem("xiaobao." + name, value);
      } catch (error) { memory[name] = value; }
    },
  };

  xiaobao.newId = function () {
    const bytes = new Uint8Array(12);
    window.crypto.getRandomValues(bytes);
    return Array.from(bytes, (b) => ("0" + b.toString(16)).slice(-2)).join("");
  };

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const isSessionGone = (answer) => answer.status === 401;

  class Session {
    constructor(events) {
      this.events = events; // messages(list), form(form), online(bool), restarted(), item(item), item gone: refused(item, problem)
      this.token = xiaobao.storage.get("token");
      this.cursor = 0;
      this.queue = [];
      this.opening = null;
      this.flushing = false;
      this.restoreQueue();
    }

    /* One request with the token. Throws when there is no network. */
    async call(method, path, body, seconds) {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), seconds * 1000);
      const headers = { Authorization: "Bearer " + this.token };
      if (body) headers["Content-Type"] = "application/json";
      try {
        const answer = await fetch("/chat" + path, {
          method, headers, body: body ? JSON.stringify(body) : undefined, signal: limit.signal, cache: "no-store",
        });
        const content = await answer.json();
        return { status: answer.status, content, retryAfter: Number(answer.headers.get("Retry-After") || 0) };
      } finally {
        clearTimeout(timer);
      }
    }

    /* Come over from WeChat by a one-time link: its token stands behind the # and goes away at once. Null, or why not. */
    async follow(link) {
      const had = this.token;
      const answer = await this.call("POST", "/continue", { link }, 15);
      if (answer.status !== 200) return answer.content.message;
      this.token = answer.content.token;
      xiaobao.storage.set("token", this.token);
      this.cursor = 0;
      if (had) this.events.restarted();
      return null;
    }

    /* Begin, or go on where the last visit ended. */
    open() {
      if (!this.opening) {
        this.opening = this.openOnce().finally(() => { this.opening = null; });
      }
      return this.opening;
    }

    async openOnce() {
      for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
        try {
          const had = this.token;
          const answer = await this.call("POST", "/sessions", {}, 15);
          if (answer.status === 200) {
            this.token = answer.content.token;
            xiaobao.storage.set("token", this.token);
            this.events.online(true);
            if (had && !answer.content.resumed) {
              this.cursor = 0;
              this.events.restarted();
            }
            return;
          }
        } catch (error) { /* no network: try again */ }
        this.events.online(false);
        await pause(wait);
      }
    }

    /* Ask for news for as long as the page is open. */
    async poll() {
      let wait = 500;
      for (;;) {
        try {
          const answer = await this.call("GET", "/messages?after=" + this.cursor + "&wait=" + (this.cursor ? 25 : 10), null, 40);
          if (isSessionGone(answer)) { await this.open(); continue; }
          if (answer.status !== 200) throw new Error("status " + answer.status);
          this.events.online(true);
          this.cursor = Math.max(this.cursor, answer.content.last_seq);
          this.take(answer.content);
          wait = 500;
          this.flush();
        } catch (error) {
          this.events.online(false);
          await pause(wait);
          wait = Math.min(wait * 2, 8000);
        }
      }
    }

    take(content) {
      // Stored although its answer got lost: it has arrived.
      content.messages.forEach((message) => {
        const item = this.queue.find((other) => message.client_message_id && other.id === message.client_message_id);
        if (!item) return;
        item.stored = message;
        if (item.state !== "sending") this.arrived(item);
      });
      this.events.messages(content.messages);
      this.events.form(content.form);
    }

    /* Put something into the line: {text} or {button, title} or {card, title}. */
    send(body, shown) {
      const item = { id: xiaobao.newId(), body, shown, state: "sending", sentBefore: false };
      this.queue.push(item);
      this.saveQueue();
      this.events.item(item);
      const blocked = this.queue.some((other) => other !== item && other.state !== "sending");
      if (blocked || this.flushing) {
        item.state = "waiting";
        this.events.item(item);
        this.flush();
      } else {
        this.deliver(item);
      }
      return item;
    }

    /* What waited goes out one after the other, so that the order stays. */
    async flush() {
      if (this.flushing) return;
      this.flushing = true;
      try {
        for (;;) {
          const item = this.queue.find((other) => other.state === "waiting");
          if (!item) return;
          if (!(await this.deliver(item))) return;
        }
      } finally {
        this.flushing = false;
      }
    }

    retry(item) {
      item.state = "waiting";
      this.flush();
    }

    /* True when the line may go on behind this item. */
    async deliver(item) {
      item.state = "sending";
      this.events.item(item);
      let answer;
      try {
        if (!this.token) await this.open();
        answer = await this.call("POST", "/messages", Object.assign({ client_message_id: item.id }, item.body), 40);
      } catch (error) {
        if (item.stored) { this.arrived(item); return true; }
        item.state = "waiting";
        this.events.item(item);
        this.events.online(false);
        this.failures = Math.min((this.failures || 0) + 1, 4);
        setTimeout(() => this.flush(), 500 * Math.pow(2, this.failures)); // 1 to 8 s
        return false;
      }
      this.failures = 0;
      this.events.online(true);
      if (isSessionGone(answer)) {
        item.state = "waiting";
        await this.open();
        setTimeout(() => this.flush(), 0);
        return false;
      }
      if (answer.status === 429) {
        item.state = "waiting";
        this.events.item(item);
        setTimeout(() => this.flush(), answer.retryAfter * 1000);
        return false;
      }
      if (answer.status >= 500) {
        item.state = "failed";
        this.events.item(item);
        return false;
      }
      if (answer.status !== 200) {
        this.drop(item);
        this.events.refused(item, answer.content);
        return true;
      }
      item.stored = answer.content.sent;
      this.arrived(item);
      this.take(answer.content);
      return true;
    }

    arrived(item) {
      this.drop(item);
      item.state = "delivered";
      this.events.delivered(item, item.stored);
    }

    drop(item) {
      this.queue = this.queue.filter((other) => other !== item);
      this.saveQueue();
    }

    saveQueue() {
      const kept = this.queue.map((item) => ({ id: item.id, body: item.body, shown: item.shown }));
      xiaobao.storage.set("queue", kept.length ? JSON.stringify(kept) : null);
    }

    restoreQueue() {
      let kept = [];
      try { kept = JSON.parse(xiaobao.storage.get("queue") || "[]"); } catch (error) { kept = []; }
      this.queue = kept.map((item) => Object.assign({ state: "waiting" }, item));
    }
  }

  xiaobao.Session = Session;
})(window.xiaobao);
