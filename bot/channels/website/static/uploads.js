/* Evidence: choose, check, send with progress, retry, cancel; thumbnails once the server has made them. */
(function (xiaobao) {
  "use strict";
  const words = xiaobao.words;
  const make = xiaobao.make;

  function kindOf(mediaType) {
    if (mediaType === "application/pdf") return words.kinds.pdf;
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
      const request = new XMLHttpRequest();
      this.progress.hidden = false;
      this.progress.value = 0;
      request.open("POST", "/chat/evidence");
      request.setRequestHeader("Authorization", "Bearer " + this.session.token);
      const cancel = () => { request.abort(); this.element.remove(); };
      this.say(words.uploading(0), false, words.cancel, cancel);
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        const percent = Math.min(99, Math.round((event.loaded / event.total) * 100));
        this.progress.value = percent;
        if (this.line.firstChild) this.line.firstChild.textContent = words.uploading(percent) + " ";
      });
      request.addEventListener("load", () => this.finished(request));
      request.addEventListener("error", () => this.failed(words.uploadFailed));
      request.addEventListener("timeout", () => this.failed(words.uploadFailed));
      request.timeout = 180000;
      const form = new FormData();
      form.append("file", this.file, this.file.name);
      request.send(form);
    }

    finished(request) {
      let content = {};
      try { content = JSON.parse(request.responseText); } catch (error) { content = {}; }
      if (request.status === 200) { this.element.remove(); return; } // its stored bubble comes with the next poll
      const again = request.status >= 500 || request.status === 429 || request.status === 400;
      this.failed(content.message || words.uploadFailed, again);
    }

    failed(text, again) {
      this.progress.hidden = true;
      if (again === false) this.say(text, true);
      else this.say(text, true, words.retry, () => this.start());
    }
  }

  xiaobao.fileView = fileView;
  xiaobao.thumbnail = thumbnail;
  xiaobao.Upload = Upload;
})(window.xiaobao);
