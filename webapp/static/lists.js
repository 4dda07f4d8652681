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
  // After a refusal the address is the form's own, and the form knows its list.
  document.addEventListener("submit", (event) => {
    const query = event.target.querySelector("[data-query]");
    if (query && window.location.pathname.endsWith("/requests")) query.value = window.location.search.slice(1);
  });

  // What is taken away, and the view that is marked, are those of the list that the reader sees.
  document.addEventListener("htmx:pushedIntoHistory", () => {
    const shown = new URLSearchParams(window.location.search);
    ["after", "done"].forEach((name) => shown.delete(name));
    Array.from(shown).forEach(([name, value]) => { if (!value) shown.delete(name); });
    document.querySelectorAll("[data-downloads]").forEach((link) => { link.search = shown.toString(); });
    shown.sort();
    document.querySelectorAll(".saved-views a:not(.saved-view-change)").forEach((link) => {
      const kept = new URLSearchParams(link.search);
      kept.sort();
      if (kept.toString() === shown.toString()) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    });
  });

  // Enter on a tick would press the first button of the form that the tick belongs to.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("#requests input[type=checkbox]")) event.preventDefault();
  });

  document.addEventListener("DOMContentLoaded", reveal);
  document.addEventListener("htmx:afterSettle", reveal);
})();
