// Everything here makes a page better that works without it: copy buttons, and words that no answer may sweep away.
(function () {
  "use strict";

  const announcer = () => document.getElementById("announcer");

  function announce(words) {
    const region = announcer();
    if (!region) return;
    region.textContent = "";
    window.setTimeout(() => { region.textContent = words; }, 50);
  }

  function reveal(root) {
    if (!navigator.clipboard) return;
    root.querySelectorAll("[data-copy][hidden], [data-copy-all][hidden]").forEach((button) => { button.hidden = false; });
  }

  async function copy(text, button) {
    try {
      await navigator.clipboard.writeText(text);
      button.classList.add("copied");
      window.setTimeout(() => button.classList.remove("copied"), 1500);
      announce(announcer().dataset.copied);
    } catch {
      announce(announcer().dataset.trouble);
    }
  }

  function wordsOf(list) {
    return Array.from(list.querySelectorAll(".answer"))
      .map((row) => `${row.querySelector("dt").firstChild.textContent.trim()}: ${row.querySelector(".answer-value").textContent}`)
      .join("\n");
  }

  document.addEventListener("click", (event) => {
    const one = event.target.closest("[data-copy]");
    if (one) copy(document.getElementById(one.dataset.copy).textContent, one);
    const all = event.target.closest("[data-copy-all]");
    if (all) copy(wordsOf(document.getElementById(all.dataset.copyAll)), all);
  });

  // A form that holds words is replaced only by itself: an error page of another shape leaves it alone.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (!target || !target.id || event.detail.xhr.status < 400) return;
    if (!event.detail.serverResponse.includes(`id="${target.id}"`)) {
      event.detail.shouldSwap = false;
      announce(announcer().dataset.trouble);
      showTrouble(event.detail.serverResponse);
    }
  });
  document.addEventListener("htmx:sendError", () => { announce(announcer().dataset.trouble); showTrouble(""); });

  function showTrouble(page) {
    const parsed = new DOMParser().parseFromString(page, "text/html");
    const what = parsed.querySelector("main h1");
    const next = parsed.querySelector("main h1 + p");
    const box = document.createElement("div");
    box.className = "notice notice-fail toast-trouble";
    box.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = what ? `${what.textContent} ${next ? next.textContent : ""}` : announcer().dataset.trouble;
    box.append(words);
    document.querySelectorAll(".toast-trouble").forEach((old) => old.remove());
    document.getElementById("main").prepend(box);
    box.scrollIntoView({ block: "nearest" });
  }

  // Of a list or checklist that was swapped in, only its summary is spoken, and only when it is news.
  let said = "";
  function announceNews(root) {
    const news = root.querySelector && root.querySelector("[data-announce]");
    const words = news ? news.textContent.trim().replace(/\s+/g, " ") : "";
    if (!words || words === said) return;
    said = words;
    announce(words);
  }

  // The menu of the signed-in member closes like a menu; without JavaScript its own button closes it.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.me[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.me[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    reveal(document);
    announceNews(event.target);
    const trouble = event.target.querySelector && event.target.querySelector("#trouble");
    if (trouble) trouble.focus();
  });
  document.addEventListener("DOMContentLoaded", () => {
    reveal(document);
    const trouble = document.getElementById("trouble");
    if (trouble) trouble.focus();
  });
})();
