// The keyboard: a switcher over customers, requests and pages, and shortcuts for the main job. Every one of them clicks
// or focuses something that is on the page, so nothing here can do what the page cannot.
(function () {
  "use strict";

  const singleKeys = () => document.body.dataset.shortcuts !== "off";
  const dialog = (id) => document.getElementById(id);
  const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  function open(id) {
    const box = dialog(id);
    if (!box || box.open) return;
    box.showModal();
    box.dispatchEvent(new Event("shown"));
    const field = box.querySelector("input[type=search]");
    if (field) field.select();
  }

  // What a shortcut stands for is marked on the page; the first one that can be used counts.
  function use(name) {
    const marked = Array.from(document.querySelectorAll(`[data-shortcut="${name}"]`)).find((one) => !one.hidden);
    if (!marked) return false;
    if (marked.matches("input, textarea, select")) marked.focus();
    else marked.click();
    return true;
  }

  // Lines of lists, in the order of the page: j and k, and the arrows within the switcher.
  function lines(root) {
    return Array.from(root.querySelectorAll(".found-list a, .table-desk tbody th a, .cards li > a")).filter((line) => line.offsetParent);
  }
  function step(root, by) {
    const all = lines(root);
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (next) next.focus();
    return next;
  }

  let afterG = 0;
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || event.altKey) return;
    const withCtrl = event.ctrlKey || event.metaKey;
    if (withCtrl && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open("switcher");
      return;
    }
    if (withCtrl && event.key === "Enter") {
      const form = event.target.closest("form");
      const send = form && (form.querySelector("#send") || form.querySelector("button[type=submit]"));
      if (send) { event.preventDefault(); send.click(); }
      return;
    }
    if (withCtrl || typing(event.target) || !singleKeys() || document.querySelector("dialog[open]")) return;
    if (afterG) {
      window.clearTimeout(afterG);
      afterG = 0;
      if (use(`g ${event.key}`)) event.preventDefault();
      return;
    }
    if (event.key === "g") { afterG = window.setTimeout(() => { afterG = 0; }, 1500); return; }
    const done = { "/": () => { open("switcher"); return true; }, "?": () => { open("shortcuts"); return true; },
      j: () => step(document.getElementById("main"), 1), k: () => step(document.getElementById("main"), -1) }[event.key];
    if (done ? done() : use(event.key)) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const box = event.target.closest("#switcher");
    if (!box || event.isComposing) return;
    const field = box.querySelector("input[type=search]");
    if (event.key === "ArrowDown") { event.preventDefault(); step(box, 1); }
    if (event.key === "ArrowUp") {
      event.preventDefault();
      if (lines(box)[0] === document.activeElement) field.focus(); else step(box, -1);
    }
    if (event.key === "Enter" && event.target === field && lines(box).length && box.dataset.shownFor === field.value) {
      event.preventDefault();
      lines(box)[0].click();
    }
  });

  // Enter takes the first line only if the lines are those of the words in the field; else the words are searched for.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "switcher-results") return;
    dialog("switcher").dataset.shownFor = event.detail.requestConfig.parameters.q || "";
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener && !event.ctrlKey && !event.metaKey && dialog(opener.dataset.opens)) {
      event.preventDefault();
      open(opener.dataset.opens);
    }
    if (event.target.matches("dialog[open]")) event.target.close();
  });
})();
