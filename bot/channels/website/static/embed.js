/* One line for another website: <script src="https://.../chat/embed.js" async></script>. Only allowed origins may frame the chat. */
(function () {
  "use strict";
  var allowed = "ALLOWED_ORIGINS";
  var here = document.currentScript && document.currentScript.src;
  if (!here || window.xiaobaoEmbedded) return;
  var base = new URL(here).origin;
  if (window.location.origin !== base && allowed.indexOf(window.location.origin) < 0) {
    console.warn("xiaobao: add " + window.location.origin + " to ALLOWED_ORIGINS.");
    return;
  }
  window.xiaobaoEmbedded = true;

  function style(element, rules) { Object.keys(rules).forEach(function (name) { element.style[name] = rules[name]; }); }

  function start() {
    var small = window.innerWidth < 600;
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = "消费维权助手";
    button.setAttribute("aria-expanded", "false");
    style(button, {
      position: "fixed", right: "16px", bottom: "16px", zIndex: "2147483000", minHeight: "48px", padding: "0 20px",
      border: "0", borderRadius: "24px", background: "#0b5cab", color: "#ffffff", font: "16px sans-serif",
      cursor: "pointer", boxShadow: "0 4px 16px rgba(26,35,48,.25)",
    });
    var frame = document.createElement("iframe");
    frame.title = "消费维权助手";
    frame.hidden = true;
    style(frame, {
      position: "fixed", right: small ? "0" : "16px", bottom: small ? "80px" : "80px", zIndex: "2147483000",
      width: small ? "100%" : "400px", height: small ? "calc(100% - 80px)" : "min(640px, calc(100% - 96px))",
      border: small ? "0" : "1px solid #d9e0e8", borderRadius: small ? "0" : "12px", background: "#ffffff",
      boxShadow: "0 4px 16px rgba(26,35,48,.25)",
    });
    button.addEventListener("click", function () {
      if (!frame.src) frame.src = base + "/chat";
      frame.hidden = !frame.hidden;
      button.textContent = frame.hidden ? "消费维权助手" : "收起";
      button.setAttribute("aria-expanded", String(!frame.hidden));
    });
    document.body.appendChild(frame);
    document.body.appendChild(button);
  }

  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
