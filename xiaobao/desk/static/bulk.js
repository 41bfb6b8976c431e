// A long list of tickets goes on by itself, 200 a request; without scripts the button does it.
"use strict";
document.querySelectorAll("form[data-goes-on]").forEach((form) => {
  const lines = form.querySelector("textarea[name=lines]");
  if (lines && lines.value.trim()) window.setTimeout(() => form.requestSubmit(), 400);
});
