// The switcher: a field that keeps the focus, and below it the lines that its words find. The arrows choose a line, Enter
// opens it, Escape closes. What the server sends are plain lists of links; here they become the options of a listbox.
(function () {
  "use strict";

  const box = document.getElementById("switcher");
  if (!box) return;
  const field = document.getElementById("switcher-q");
  const results = document.getElementById("switcher-results");
  const count = document.getElementById("switcher-count");
  const options = () => Array.from(results.querySelectorAll("[role=option]"));
  let goWhenFound = false;

  function choose(option) {
    options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }
  const chosen = () => results.querySelector("[role=option][aria-selected=true]");

  function dress() {
    const found = results.querySelector(".found");
    found.setAttribute("role", "none");
    found.removeAttribute("aria-label");
    results.querySelectorAll("ul").forEach((list, number) => {
      const head = list.previousElementSibling;
      head.id = `switcher-head-${number}`;
      head.setAttribute("role", "presentation");
      list.setAttribute("role", "group");
      list.setAttribute("aria-labelledby", head.id);
    });
    results.querySelectorAll("li").forEach((item) => item.setAttribute("role", "none"));
    results.querySelectorAll("li > a").forEach((line, number) => {
      line.id = `switcher-option-${number}`;
      line.setAttribute("role", "option");
      line.tabIndex = -1;
    });
    choose(options()[0]);
    field.setAttribute("aria-expanded", String(options().length > 0));
    results.toggleAttribute("data-empty", !options().length);
  }

  // The count is said inside the dialog: what lies behind an open dialog is silent.
  function say() {
    const words = results.querySelector("[data-announce]");
    const said = words.textContent.trim();
    words.remove();
    if (count.textContent !== said) count.textContent = said;
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== results) return;
    const of = results.querySelector(".found").dataset.query;
    dress();
    say();
    box.dataset.shownFor = of;
    if (goWhenFound && of === field.value) open(chosen());
  });
  // Where no answer comes, Enter still searches: on the page that lists what is found.
  ["htmx:sendError", "htmx:responseError"].forEach((failed) => document.addEventListener(failed, (event) => {
    if (event.target === field && goWhenFound) field.form.submit();
  }));

  function open(line) {
    goWhenFound = false;
    if (line) line.click();
  }
  function step(by) {
    const all = options();
    if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
  }

  field.addEventListener("input", () => { goWhenFound = false; });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (box.dataset.shownFor === field.value) open(chosen());
      else goWhenFound = true;
    } else if (event.key === "Escape") {
      event.preventDefault();  // a search field would only empty itself
      box.close();
    }
  });
  results.addEventListener("pointermove", (event) => {
    const line = event.target.closest("[role=option]");
    if (line && line !== chosen()) choose(line);
  });
  box.addEventListener("close", () => { goWhenFound = false; });
  box.addEventListener("shown", () => { field.select(); });
})();
