// Words typed so far survive a change of language or theme: they wait in this tab, for this page and this reader alone.
(function () {
  "use strict";

  const KEY = "onbehalf.words";
  const LASTS = 60 * 1000;
  const own = (field) => field.name && field.type !== "hidden" && field.type !== "file" && field.type !== "password";
  const forms = () => Array.from(document.querySelectorAll("main form[method=post]"));

  function valueOf(field) {
    return field.type === "checkbox" || field.type === "radio" ? field.checked : field.value;
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.preferences")) return;
    const kept = forms().map((form) => Array.from(form.elements).filter(own).map((field) => [field.name, field.type, field.value, valueOf(field)]));
    const what = { at: Date.now(), page: window.location.pathname + window.location.search, reader: document.body.dataset.reader, kept };
    try { window.sessionStorage.setItem(KEY, JSON.stringify(what)); } catch { /* a full or forbidden store: the draft is kept on the server */ }
  });

  function restore(form, fields) {
    let changed = false;
    fields.forEach(([name, type, value, now]) => {
      const choice = type === "checkbox" || type === "radio";
      const field = Array.from(form.elements).find((one) => one.name === name && one.type === type && (!choice || one.value === value));
      if (!field || valueOf(field) === now) return;
      if (choice) field.checked = now; else field.value = now;
      changed = true;
    });
    if (changed) form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("DOMContentLoaded", () => {
    const stored = window.sessionStorage.getItem(KEY);
    if (!stored) return;
    window.sessionStorage.removeItem(KEY);
    const what = JSON.parse(stored);
    const here = window.location.pathname + window.location.search;
    if (what.page !== here || what.reader !== document.body.dataset.reader || Date.now() - what.at > LASTS) return;
    forms().forEach((form, number) => { if (what.kept[number]) restore(form, what.kept[number]); });
  });
})();
