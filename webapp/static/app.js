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
    if (event.detail.serverResponse.includes(`id="${target.id}"`)) return;
    event.detail.shouldSwap = false;
    recover(event.detail);
  });
  document.addEventListener("htmx:sendError", (event) => { tell("", event.detail); });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (xhr.status >= 200 && xhr.status < 400 && requestConfig.verb !== "get") removeTrouble();
  });

  // The session may have ended and begun anew in another tab, with another token: then what was refused is sent once
  // more with the new one. Only for the same reader; another's session must not get these words.
  async function recover(detail) {
    const sent = detail.requestConfig;
    const again = sent.headers[AGAIN];
    if (detail.xhr.status === 403 && sent.verb !== "get" && !again && await renewToken()) {
      const button = sent.parameters.action;
      htmx.ajax(sent.verb.toUpperCase(), sent.path, {
        source: sent.elt, target: detail.target, headers: { [AGAIN]: "1" }, values: button ? { action: button } : {},
      });
    } else {
      tell(detail.serverResponse, detail);
    }
  }
  const AGAIN = "X-Sent-Again";

  async function renewToken() {
    const here = document.querySelector("form.preferences input[name=next]");
    try {
      const answer = await fetch(here ? here.value : window.location.href, { credentials: "same-origin" });
      const body = new DOMParser().parseFromString(await answer.text(), "text/html").body;
      if (!answer.ok || !body.dataset.reader || body.dataset.reader !== document.body.dataset.reader) return false;
      const headers = body.getAttribute("hx-headers");
      document.body.setAttribute("hx-headers", headers);
      const token = JSON.parse(headers)["X-CSRFToken"];
      document.querySelectorAll("input[name=csrf_token]").forEach((field) => { field.value = token; });
      return true;
    } catch {
      return false;
    }
  }

  // What could not be kept is tried again by itself: after a while, and when the reader comes back to this tab.
  let later = 0;
  function tryLater(autosave) {
    window.clearTimeout(later);
    later = window.setTimeout(() => trySaving(autosave), 10000);
    document.addEventListener("visibilitychange", () => trySaving(autosave), { once: true });
  }
  function trySaving(autosave) {
    if (!later || document.hidden || !autosave.isConnected) return;
    window.clearTimeout(later);
    later = 0;
    autosave.closest("form").dispatchEvent(new Event("input", { bubbles: true }));
  }

  function tell(page, detail) {
    showTrouble(page);
    if (detail.elt && detail.elt.hasAttribute("hx-put")) tryLater(detail.elt);
  }

  function removeTrouble() { document.querySelectorAll(".toast-trouble").forEach((old) => old.remove()); }

  function showTrouble(page) {
    const parsed = new DOMParser().parseFromString(page, "text/html");
    const what = parsed.querySelector("main h1");
    const next = parsed.querySelector("main h1 + p");
    const words = document.createElement("p");
    words.textContent = what ? `${what.textContent} ${next ? next.textContent : ""}` : announcer().dataset.trouble;
    const shown = document.querySelector(".toast-trouble p");
    if (shown && shown.textContent === words.textContent) return;
    const box = document.createElement("div");
    box.className = "notice notice-fail toast-trouble";
    box.setAttribute("role", "alert");
    box.append(words);
    const wayIn = parsed.querySelector("main a[data-sign-in]");
    if (wayIn) box.append(document.importNode(wayIn, true));
    removeTrouble();
    document.getElementById("main").prepend(box);
    box.scrollIntoView({ block: "nearest" });
    announce(announcer().dataset.trouble);
  }

  // Of a list or checklist that was swapped in, only its summary is spoken, and only when it is news.
  let said = "";
  document.addEventListener("say", (event) => announce(event.detail));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.requestConfig.verb !== "get") said = ""; });
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

  // The focus moves in the same step as the swap: nobody types into, or reads, a page whose focus is still on its way.
  document.addEventListener("htmx:afterSwap", (event) => {
    const trouble = event.target.querySelector && event.target.querySelector("#trouble");
    if (trouble) trouble.focus();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    reveal(document);
    announceNews(event.target);
  });
  document.addEventListener("DOMContentLoaded", () => {
    reveal(document);
    const trouble = document.getElementById("trouble");
    if (trouble) trouble.focus();
  });
})();
