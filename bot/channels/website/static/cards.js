/* Cards: what a message carries beside its words. Everything that comes from people is set as text, never as HTML. */
(function (xiaobao) {
  "use strict";
  const words = xiaobao.words;

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = String(text);
    return element;
  }

  function action(title, className, onPress) {
    const button = make("button", className || "button", title);
    button.type = "button";
    button.addEventListener("click", onPress);
    return button;
  }

  /* Copy without a permission prompt on old WebViews. */
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      const area = make("textarea", "sr-only");
      area.value = text;
      document.body.appendChild(area);
      area.select();
      let done = false;
      try { done = document.execCommand("copy"); } catch (failure) { done = false; }
      area.remove();
      return done;
    }
  }

  function copyButton(title, text) {
    const button = action(title, "button", async () => {
      const done = await copy(text);
      button.textContent = done ? words.copied : words.copyFailed;
      setTimeout(() => { button.textContent = title; }, 2500);
    });
    button.setAttribute("aria-live", "polite");
    return button;
  }

  const BASIS = /\n依据：[^\n]*$/;

  /* The line of articles under an answer says nothing new above a card that unfolds the same articles. */
  function withoutBasis(message) {
    const line = message.text.match(BASIS);
    if (!line || !message.card || message.card.type !== "citations") return message.text;
    const named = line[0].match(/《[^》]+》/g) || [];
    const shown = message.card.items.map((item) => "《" + item.law + "》");
    return named.every((law) => shown.includes(law)) ? message.text.replace(BASIS, "") : message.text;
  }

  /* Words; a page of ours named as 《...》（/chat/...） is a link here, elsewhere its address is what one needs. */
  function bubble(message) {
    const box = make("div", "bubble");
    const pieces = withoutBasis(message).split(/《([^》]+)》（(\/chat\/[a-z]+)）/);
    pieces.forEach((piece, index) => {
      if (index % 3 === 0) box.append(piece);
      if (index % 3 !== 1) return;
      const link = make("a", "", "《" + piece + "》");
      link.href = pieces[index + 1];
      link.target = "_blank";
      link.rel = "noopener";
      box.appendChild(link);
    });
    return box;
  }

  function citations(card) {
    const box = make("div", "card");
    card.items.forEach((item) => {
      const part = make("div", "citation");
      const id = "article-" + xiaobao.newId();
      const article = make("div", "article");
      article.id = id;
      article.hidden = true;
      if (item.text) article.appendChild(make("blockquote", "", item.text));
      else article.appendChild(make("p", "quiet", words.noArticle));
      const about = [item.effective ? words.effective(item.effective) : "", words.source(item.source)];
      if (about.some(Boolean)) article.appendChild(make("p", "quiet", about.filter(Boolean).join("，")));
      const fold = action(words.basis(item.law, item.article), "", () => {
        article.hidden = !article.hidden;
        fold.setAttribute("aria-expanded", String(!article.hidden));
      });
      fold.removeAttribute("class");
      fold.setAttribute("aria-expanded", "false");
      fold.setAttribute("aria-controls", id);
      part.append(fold, article);
      box.appendChild(part);
    });
    return box;
  }

  function rowList(rows, onChange) {
    const list = make("ol", "rows" + (onChange ? "" : " plain"));
    rows.forEach((row) => {
      const line = make("li", "row");
      if (onChange) line.appendChild(make("span", "n", row.n + "."));
      line.append(make("span", "title", row.title), make("span", "value", row.value));
      if (onChange && row.button) {
        const change = action(words.change, "link", () => onChange(row));
        change.setAttribute("aria-label", words.changeRow(row.title));
        line.appendChild(change);
      }
      list.appendChild(line);
    });
    return list;
  }

  function summary(card, message, page) {
    const box = make("section", "card");
    box.setAttribute("aria-label", words.summaryTitle);
    box.appendChild(rowList(card.rows, (row) => page.press(row.button, words.changeRow(row.title))));
    if ((card.lines || []).length) {
      const lines = make("div", "lines");
      card.lines.forEach((line) => lines.appendChild(make("p", "", line)));
      box.appendChild(lines);
    }
    const buttons = page.buttons(message);
    buttons.classList.add("card-buttons");
    if (buttons.firstChild) buttons.firstChild.classList.add("primary");
    box.appendChild(buttons);
    return box;
  }

  const HINTS = {
    contact_name: { autocomplete: "name" },
    contact_phone: { autocomplete: "tel", inputMode: "tel", type: "tel" },
    contact_address: { autocomplete: "street-address" },
    contact_email: { autocomplete: "email", inputMode: "email", type: "email" },
  };

  function phoneIsWrong(name, value) {
    if (name !== "contact_phone" || !value) return false;
    const digits = value.replace(/\D/g, "").replace(/^86(?=1\d{10}$)/, "");
    return !/^1[3-9]\d{9}$/.test(digits) && !/^0\d{9,11}$/.test(digits);
  }

  function textField(field, id) {
    const hint = HINTS[field.name] || {};
    const part = make("div", "field");
    const label = make("label", "", field.title);
    label.htmlFor = id;
    if (!field.required) label.appendChild(make("span", "optional", words.optional));
    const input = make("input");
    Object.assign(input, { id, name: field.name, type: hint.type || "text", value: field.value || "", maxLength: 200 });
    input.required = Boolean(field.required);
    if (hint.autocomplete) input.autocomplete = hint.autocomplete;
    if (hint.inputMode) input.inputMode = hint.inputMode;
    part.append(label);
    if (!field.unknown) part.append(input);
    else part.append(withUnknown(field, input));
    return { part, input };
  }

  /* The box 不知道 beside a field: an answer like any other. Either words or the box. */
  function withUnknown(field, input) {
    const line = make("div", "with-box");
    const label = make("label", "box");
    const box = make("input");
    Object.assign(box, { type: "checkbox", name: field.name + "-unknown", value: field.unknown });
    box.setAttribute("aria-label", words.unknownOf(field.unknown, field.title));
    label.append(box, make("span", "", field.unknown));
    box.addEventListener("change", () => { if (box.checked) input.value = ""; });
    input.addEventListener("input", () => { if (input.value) box.checked = false; });
    line.append(input, label);
    return line;
  }

  function choiceField(field, id) {
    const part = make("fieldset", "field");
    part.appendChild(make("legend", "", field.title));
    const line = make("div", "with-box");
    field.choices.forEach((choice) => {
      const label = make("label", "box");
      const radio = make("input");
      Object.assign(radio, { type: "radio", name: field.name + "-" + id, value: choice, checked: field.value === choice });
      label.append(radio, make("span", "", choice));
      line.appendChild(label);
    });
    part.appendChild(line);
    return { part, input: line.querySelector("input") };
  }

  /* A consent: nothing is ticked until somebody ticks it. */
  function tickField(field, id) {
    const part = make("div", "field");
    const label = make("label", "box consent");
    const box = make("input");
    Object.assign(box, { type: "checkbox", id, name: field.name, value: field.tick, checked: field.value === "yes" });
    label.append(box, make("span", "", field.title));
    part.appendChild(label);
    return { part, input: box };
  }

  function valueOf(field, part, input) {
    if (field.tick) return input.checked ? field.tick : field.value === "yes" ? field.untick : "";
    if (!field.choices && input.value.trim()) return input.value.trim();
    const chosen = part.querySelector("input[type=radio]:checked, input[type=checkbox]:checked");
    return chosen ? chosen.value : "";
  }

  /* The same card again, after a question in between: what was written goes along, the older one is put away. */
  function takeOver(box) {
    document.querySelectorAll("form.card[data-card=" + box.dataset.card + "]:not([data-done])").forEach((old) => {
      old.querySelectorAll("input").forEach((from) => {
        const same = (one) => one.type === from.type && one.name.split("-")[0] === from.name.split("-")[0] && (from.type !== "radio" || one.value === from.value);
        const into = Array.from(box.querySelectorAll("input")).find(same);
        if (!into) return;
        if (from.type === "checkbox" || from.type === "radio") into.checked = into.checked || from.checked;
        else if (from.value && !into.value) into.value = from.value;
      });
      old.hidden = true;
    });
  }

  /* The citizen wrote instead: the card of facts is shut, like one that was sent. What stands in it goes along when the
     same card comes in the next answer, not later. */
  function shut(seq) {
    document.querySelectorAll("form.card[data-card=facts]:not([data-done])").forEach((box) => {
      // The answer may be here before the word that the message arrived: its card stays open.
      if (Number(box.closest(".message").dataset.seq) > seq || box.dataset.shut === String(seq)) return;
      if (box.dataset.shut) box.dataset.done = "true";
      box.dataset.shut = String(seq);
      box.querySelectorAll("input, button").forEach((part) => { part.disabled = true; });
    });
  }

  function fillIn(card, message, page) {
    const box = make("form", "card");
    box.noValidate = true;
    box.dataset.card = card.type;
    box.setAttribute("aria-label", card.type === "contact" ? words.contactTitle : words.factsTitle);
    const body = make("div", "card-body");
    const made = card.fields.map((field) => {
      const id = field.name + "-" + message.seq;
      const { part, input } = field.choices ? choiceField(field, id) : field.tick ? tickField(field, id) : textField(field, id);
      const error = make("p", "error");
      error.id = id + "-error";
      error.hidden = true;
      input.setAttribute("aria-describedby", error.id);
      part.append(error);
      body.appendChild(part);
      return { field, part, input, error };
    });
    if (card.notice) body.appendChild(make("p", "quiet", card.notice));
    const done = make("button", "button primary", words.submitContact);
    done.type = "submit";
    body.appendChild(done);
    box.appendChild(body);
    takeOver(box);
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      let wrong = null;
      const values = {};
      made.forEach(({ field, part, input, error }) => {
        const value = valueOf(field, part, input);
        const needed = field.choices ? words.chooseOne : field.unknown ? words.neededOr(field.unknown) : words.needed(field.title);
        const problem = field.required && !value ? needed : phoneIsWrong(field.name, value) ? words.phoneWrong : "";
        error.textContent = problem;
        error.hidden = !problem;
        input.setAttribute("aria-invalid", String(Boolean(problem)));
        if (problem && !wrong) wrong = input;
        if (value) values[field.name] = value;
      });
      if (wrong) { wrong.focus(); return; }
      box.querySelectorAll("input").forEach((input) => { input.disabled = true; });
      box.dataset.done = "true";
      done.disabled = true;
      done.textContent = words.sentContact;
      page.sendCard(values);
    });
    return box;
  }

  function printLink(message) {
    const link = make("a", "link", words.print);
    link.href = "/chat/print#" + message.seq;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  }

  function receipt(card, message) {
    const box = make("section", "card");
    box.setAttribute("aria-label", words.receiptTitle);
    const head = make("div", "receipt-head");
    head.append(make("p", "tick", "✓ " + words.receiptTitle), make("p", "number", card.number));
    const code = make("p", "code", words.queryCode + " ");
    code.appendChild(make("strong", "", card.query_code));
    head.appendChild(code);
    box.appendChild(head);
    const foot = make("div", "card-foot");
    foot.appendChild(copyButton(words.copyNumber, words.number + " " + card.number + " " + words.queryCode + " " + card.query_code));
    foot.appendChild(printLink(message));
    head.appendChild(foot);
    if ((card.next || []).length) {
      const body = make("div", "card-body");
      body.appendChild(make("p", "quiet", words.next));
      const next = make("ul", "next");
      card.next.forEach((line) => next.appendChild(make("li", "", line)));
      body.appendChild(next);
      box.appendChild(body);
    }
    const told = (card.next || []).some((line) => card.deadline && line.includes(card.deadline));
    const facts = [
      { title: words.submittedAt, value: card.submitted_at },
      { title: words.deadline, value: told ? "" : card.deadline },
    ];
    box.appendChild(rowList(facts.concat(card.rows || []).filter((row) => row.value)));
    if ((card.evidence || []).length) {
      const body = make("div", "card-body");
      body.appendChild(make("p", "quiet", words.evidence(card.evidence.length) + "：" + card.evidence.map((f) => f.filename).join("、")));
      box.appendChild(body);
    }
    return box;
  }

  function letter(card, message) {
    const box = make("section", "card");
    box.appendChild(make("h2", "", card.title));
    box.appendChild(make("div", "letter", card.text));
    const foot = make("div", "card-foot");
    foot.appendChild(copyButton(words.copy, card.text));
    const word = action(words.asWord, "button", async () => {
      const done = await download("/chat/letters/" + message.seq, card.title + ".docx");
      word.textContent = done ? words.asWord : words.notLoaded;
    });
    foot.append(word, printLink(message));
    box.appendChild(foot);
    return box;
  }

  /* A document of the office: read here or taken along. Its first opening is noted by the server. */
  function paper(card) {
    const box = make("section", "card");
    const path = "/chat/documents/" + encodeURIComponent(card.id);
    box.append(make("h2", "", card.title), make("p", "quiet document-number", card.number));
    const whole = make("div", "letter");
    whole.hidden = true;
    const open = action(words.openDocument, "button primary", async () => {
      if (!whole.textContent) {
        const answer = await own(path);
        if (!answer) { open.textContent = words.notLoaded; return; }
        whole.textContent = (await answer.json()).text;
      }
      whole.hidden = !whole.hidden;
      open.textContent = whole.hidden ? words.openDocument : words.closeDocument;
      open.setAttribute("aria-expanded", String(!whole.hidden));
    });
    open.setAttribute("aria-expanded", "false");
    const word = action(words.asWord, "button", async () => {
      const done = await download(path + "/file", card.title + ".docx");
      word.textContent = done ? words.asWord : words.notLoaded;
    });
    const foot = make("div", "card-foot");
    foot.append(open, word);
    box.append(whole, foot);
    return box;
  }

  /* What is stored about oneself, to take along: the server keeps the copy for an hour. */
  function myData(card) {
    const foot = make("div", "card-foot");
    [["html", words.asPage], ["json", words.asJson]].forEach(([ending, title]) => {
      const button = action(title, "button", async () => {
        const done = await download("/chat/my-data/" + encodeURIComponent(card.id) + "/" + ending, card.title + "." + ending);
        button.textContent = done ? title : words.copyOver;
      });
      foot.appendChild(button);
    });
    const box = make("section", "card");
    box.append(make("h2", "", card.title), foot);
    return box;
  }

  /* Something of this conversation, fetched with the token; null when it did not come. */
  async function own(path) {
    try {
      const answer = await fetch(path, { headers: { Authorization: "Bearer " + xiaobao.storage.get("token") } });
      return answer.ok ? answer : null;
    } catch (error) { return null; }
  }

  /* A file of this conversation, fetched with the token and handed to the browser; false when it did not come. */
  async function download(path, name) {
    const answer = await own(path);
    if (!answer) return false;
    const link = make("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name.replace(/（.*?）/g, "");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    return true;
  }

  /* The bot switches large type on, once for each such message: whoever switches it off again keeps it off. */
  function large(card, message, page) {
    if (Number(xiaobao.storage.get("largeSeq") || 0) >= message.seq) return null;
    xiaobao.storage.set("largeSeq", String(message.seq));
    page.setLarge(true);
    return null;
  }

  const makers = { citations, summary, contact: fillIn, facts: fillIn, receipt, letter, large, document: paper, my_data: myData };

  xiaobao.make = make;
  xiaobao.action = action;
  xiaobao.rowList = rowList;
  xiaobao.bubble = bubble;
  xiaobao.shutCards = shut;
  /* The card of a message, or null for a kind this page does not know (then the words must do). */
  xiaobao.card = (message, page) => {
    const maker = message.card && makers[message.card.type];
    return maker ? maker(message.card, message, page) : null;
  };
  xiaobao.placesOwnButtons = (message) => Boolean(message.card && message.card.type === "summary");
})(window.xiaobao);
