// Words typed so far survive a change of language, theme or shortcuts: they wait in this tab, for this page and this reader.
(function () {
  "use strict";

  const KEY = "onbehalf.words";
  const LASTS = 10 * 60 * 1000;
  const own = (field) => field.name && !["hidden", "file", "password", "submit", "button"].includes(field.type);
  const forms = () => Array.from(document.querySelectorAll("main form[method=post]"));
  const picked = (field) => field.type === "checkbox" || field.type === "radio";
  const valueOf = (field) => (picked(field) ? field.checked : field.value);

  // A browser may forbid the store, or it may be full; then the page works as it does without it.
  function store(action) {
    try { return action(window.sessionStorage); } catch { return null; }
  }
  function addressOf(next) {
    const there = new URL(next, window.location.href);
    return there.pathname + there.search;
  }

  // The address may have changed since the page came, by a filter or a choice.
  function pageNow(next) {
    const here = window.location.pathname;
    return new URL(next, window.location.href).pathname === here ? here + window.location.search : next;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-changes-pages]")) return;
    const next = pageNow(document.querySelector("form.preferences input[name=next]").value);
    form.elements.next.value = next;
    const kept = forms().filter((one) => one !== form)
      .map((one) => Array.from(one.elements).filter(own).map((field) => [field.name, field.type, field.value, valueOf(field)]));
    const what = { at: Date.now(), page: addressOf(next), reader: document.body.dataset.reader, kept };
    store((there) => there.setItem(KEY, JSON.stringify(what)));
  });

  function restore(form, fields) {
    let changed = false;
    fields.forEach(([name, type, value, now]) => {
      const field = Array.from(form.elements).find((one) => one.name === name && one.type === type && (!picked(one) || one.value === value));
      if (!field || valueOf(field) === now) return;
      if (picked(field)) field.checked = now; else field.value = now;
      changed = true;
    });
    if (!changed) return false;
    form.dispatchEvent(new Event("input", { bubbles: true }));
    form.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  // A part of a page that is swapped brings forms with it: what was typed in those that were not sent comes back.
  const typed = (field) => {
    if (picked(field)) return field.checked !== field.defaultChecked;
    if (field.options) return Array.from(field.options).some((one) => one.selected !== one.defaultSelected);
    return field.value !== field.defaultValue;
  };
  let unsent = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target, sent = event.detail.requestConfig.elt.closest("form");
    unsent = forms().filter((form) => form !== sent && part.contains(form)).map((form) => [
      form.getAttribute("action"),
      Array.from(form.elements).filter(own).filter(typed).map((field) => [field.name, field.type, field.value, valueOf(field)]),
    ]);
  });
  document.addEventListener("htmx:afterSwap", () => {
    const kept = unsent;
    unsent = [];
    kept.forEach(([action, fields]) => {
      const form = forms().find((one) => one.getAttribute("action") === action);
      if (form && fields.length) restore(form, fields);
    });
  });

  document.addEventListener("DOMContentLoaded", () => {
    const stored = store((there) => { const found = there.getItem(KEY); there.removeItem(KEY); return found; });
    if (!stored) return;
    const what = JSON.parse(stored);
    const same = what.page === addressOf(window.location.href) && what.reader === document.body.dataset.reader;
    if (!same || Date.now() - what.at > LASTS) return;
    const again = forms().filter((form, number) => what.kept[number] && restore(form, what.kept[number]));
    if (again.length) document.dispatchEvent(new CustomEvent("say", { detail: document.getElementById("announcer").dataset.kept }));
  });
})();
