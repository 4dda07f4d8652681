// Ticks for a whole page of a list, and canned texts put in where the cursor is. Both work without this, by the server.
(function () {
  "use strict";

  const ticks = () => Array.from(document.querySelectorAll("#requests input[name=ref]"));

  function reveal() {
    document.querySelectorAll("[data-ticks-all][hidden]").forEach((box) => { box.hidden = false; });
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-ticks-all]")) ticks().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches("#requests input[name=ref]")) {
      const all = document.querySelector("[data-ticks-all]");
      if (all) all.checked = ticks().every((box) => box.checked);
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-inserts]");
    if (!button) return;
    const chosen = button.closest(".canned").querySelector("select").selectedOptions[0];
    const field = document.getElementById(button.dataset.inserts);
    if (!field || !chosen) return;
    event.preventDefault();
    if (!chosen.dataset.words) return;
    field.focus();
    field.setRangeText(chosen.dataset.words, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, true);

  // The list may have been filtered since the page came: the answer leads back to what the reader sees.
  document.addEventListener("submit", (event) => {
    const query = event.target.querySelector("[data-query]");
    if (query) query.value = window.location.search.slice(1);
  });

  document.addEventListener("DOMContentLoaded", reveal);
  document.addEventListener("htmx:afterSettle", reveal);
})();
