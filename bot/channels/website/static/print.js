/* A receipt or a letter on paper: fetched by its number in the conversation, with this browser's own token. */
(function (xiaobao) {
  "use strict";
  const words = xiaobao.words;
  const make = xiaobao.make;
  const $ = (id) => document.getElementById(id);

  function table(title, rows) {
    const box = make("table");
    if (title) box.appendChild(make("caption", "", title));
    const body = make("tbody");
    rows.forEach(([name, value, className]) => {
      const row = make("tr");
      const head = make("th", "", name);
      head.scope = "row";
      row.append(head, make("td", className || "", value));
      body.appendChild(row);
    });
    box.appendChild(body);
    return box;
  }

  /* A letter stands alone: whoever gets it is not told of the office or of this conversation. */
  function letter(card) {
    $("receipt").replaceChildren(make("h1", "", card.title), make("div", "letter", card.text));
    document.title = card.title;
    $("print").hidden = false;
  }

  function receipt(card) {
    const facts = [[words.number, card.number], [words.queryCode, card.query_code], [words.submittedAt, card.submitted_at]];
    if (card.deadline) facts.push([words.deadline, card.deadline]);
    (card.rows || []).forEach((row) => facts.push([row.title, row.value]));
    $("receipt").appendChild(table("", facts));
    if ((card.evidence || []).length) {
      $("receipt").appendChild(table(words.seal, card.evidence.map((f) => [f.filename, f.sha256, "mono"])));
    }
    if ((card.next || []).length) {
      const next = make("ul");
      card.next.forEach((line) => next.appendChild(make("li", "", line)));
      $("receipt").append(make("p", "", words.next), next);
    }
    $("print").hidden = false;
  }

  const fillers = { receipt, letter };

  async function start() {
    $("print").addEventListener("click", () => window.print());
    const seq = Number(window.location.hash.slice(1));
    const token = xiaobao.storage.get("token");
    let card = null;
    if (token && seq > 0) {
      try {
        const answer = await fetch("/chat/messages?after=" + (seq - 1), { headers: { Authorization: "Bearer " + token } });
        const found = answer.ok ? (await answer.json()).messages.find((message) => message.seq === seq) : null;
        card = found && found.card && fillers[found.card.type] ? found.card : null;
      } catch (error) { card = null; }
    }
    if (card) fillers[card.type](card);
    else $("receipt").appendChild(make("p", "", words.noReceipt));
  }

  document.addEventListener("DOMContentLoaded", start);
})(window.xiaobao);
