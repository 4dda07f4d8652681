// Waiting, and what a fragment does to the page: a line after 300 ms whatever is waited for, a button that says it is busy,
// nothing that jumps, and a focus that is where one left it, or at the head of what came.
(function () {
  "use strict";

  const line = document.getElementById("waiting");
  function busy(button, is) {
    if (!button) return;
    button.toggleAttribute("data-busy", is);
    if (is) button.setAttribute("aria-busy", "true"); else button.removeAttribute("aria-busy");
  }

  // htmx shows the line for its own requests; here it is shown while the browser goes to another page.
  window.addEventListener("beforeunload", () => { if (!leavesThePage) line.classList.add("going"); });
  window.addEventListener("pageshow", () => {
    line.classList.remove("going");
    document.querySelectorAll("[data-busy]").forEach((button) => busy(button, false));
  });

  // A file, a mail or a telephone call leaves this page where it is.
  let leavesThePage = false;
  document.addEventListener("click", (event) => {
    leavesThePage = Boolean(event.target.closest("a[href^='mailto:'], a[href^='tel:'], a[data-downloads]"));
  });

  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented && !event.target.matches("[hx-post]")) return;
    if (event.target.method !== "dialog") busy(event.submitter, true);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const from = event.detail.elt;
    if (from.matches && from.matches("form")) from.querySelectorAll("[data-busy]").forEach((button) => busy(button, false));
  });

  // What has the focus stays where it is on the screen when something above it grows or shrinks.
  let before = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const at = document.activeElement;
    const section = at && at !== document.body && event.detail.target.contains(at) ? at.closest("section[aria-labelledby]") : null;
    before = at && at.id ? { id: at.id, top: at.getBoundingClientRect().top } : null;
    lost = section ? section.getAttribute("aria-labelledby") : null;
  });

  // A swap that takes the focused control away leaves the focus at the head of the section it was in.
  let lost = null;
  document.addEventListener("htmx:afterSettle", () => {
    const gone = document.activeElement === document.body || !document.activeElement;
    const head = gone && lost && (document.getElementById(lost) || document.querySelector("#main h1"));
    lost = null;
    if (!head) return;
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
    head.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("htmx:afterSwap", () => {
    const now = before && document.getElementById(before.id);
    const by = now ? now.getBoundingClientRect().top - before.top : 0;
    before = null;
    if (Math.abs(by) >= 1) window.scrollBy({ top: by, behavior: "instant" });
  });
})();
