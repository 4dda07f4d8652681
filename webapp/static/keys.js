// Shortcuts for the main job. Every one of them clicks or focuses something that is on the page, so nothing here can do
// what the page cannot. Single keys can be turned off, and are words while one types.
(function () {
  "use strict";

  const singleKeys = () => document.body.dataset.shortcuts !== "off";
  const NOT_TYPED = ["checkbox", "radio", "button", "submit"].map((type) => `:not([type=${type}])`).join("");
  const shown = (one) => !one.hidden && one.getClientRects().length > 0;
  // The field of a dialog that has just been closed may still have the focus, but nobody types there.
  function typing(target) {
    const field = target.closest(`input${NOT_TYPED}, textarea, select, [contenteditable]`);
    return field !== null && shown(field);
  }

  function open(id) {
    const box = document.getElementById(id);
    if (!box || box.open) return;
    document.querySelectorAll("dialog[open]").forEach((other) => other.close());
    box.showModal();
    box.dispatchEvent(new Event("shown"));
  }

  // What a shortcut stands for is marked on the page; the first one that can be used counts.
  function use(name) {
    const marked = Array.from(document.querySelectorAll(`[data-shortcut="${CSS.escape(name)}"]`)).find(shown);
    if (!marked) return false;
    if (marked.matches("input, textarea, select")) marked.focus();
    else marked.click();
    return true;
  }

  // A single key is told to whoever listens, where it works; a sequence such as "g h" cannot be told in that way.
  function mark() {
    document.querySelectorAll("[data-shortcut]").forEach((one) => {
      const key = one.dataset.shortcut;
      if (singleKeys() && key.length === 1) one.setAttribute("aria-keyshortcuts", key);
    });
  }
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("htmx:afterSettle", mark);

  function step(by) {
    const lines = ".found-list a, .table-desk tbody th a, .cards li > a, .product > .btn";
    const all = Array.from(document.getElementById("main").querySelectorAll(lines)).filter(shown);
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (next) next.focus();
    return Boolean(next);
  }

  const OWN = {
    "/": () => { open("switcher"); return true; },
    "?": () => { open("shortcuts"); return true; },
    j: () => step(1),
    k: () => step(-1),
  };

  // "g" waits for the next key as long as it takes; anything else that is done meanwhile ends the wait.
  let afterG = false;
  ["pointerdown", "focusin", "visibilitychange"].forEach((done) => document.addEventListener(done, () => { afterG = false; }));

  // On a keyboard of another script a letter is known by its place.
  function letterOf(event) {
    const place = /^Key([A-Z])$/.exec(event.code || "");
    return place && event.key.length === 1 && event.key.charCodeAt(0) > 127 ? place[1].toLowerCase() : event.key;
  }

  function withControl(event) {
    if (letterOf(event).toLowerCase() === "k") {
      event.preventDefault();
      open("switcher");
    } else if (event.key === "Enter") {
      const form = event.target.closest("main form");
      const send = form && (form.querySelector("#send") || form.querySelector("button[type=submit]:not([data-inserts], [name=pages])"));
      if (send) { event.preventDefault(); send.click(); }
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || event.altKey || event.repeat) return;
    if (event.ctrlKey || event.metaKey) { withControl(event); return; }
    if (event.key.length > 1 || typing(event.target) || !singleKeys() || document.querySelector("dialog[open]")) return;
    const sequence = afterG, key = letterOf(event);
    afterG = !sequence && key === "g";
    if (afterG) return;
    const own = !sequence && OWN[key];
    if (own ? own() : use(sequence ? `g ${key}` : key)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey && document.getElementById(opener.dataset.opens)) {
      event.preventDefault();
      open(opener.dataset.opens);
    }
    if (event.target.matches("dialog[open]")) event.target.close();
  });
})();
