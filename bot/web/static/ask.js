// Answers appear while a question is typed. Without this file every page works the same: Enter asks.
"use strict";
(() => {
  const box = document.getElementById("q");
  const shown = document.getElementById("answer");
  if (!box || !shown || !box.form) return;
  const PAUSE_MS = 350;
  const LEAST = 3;
  const first = shown.innerHTML;
  const heading = document.querySelector("h1.small");
  let timer = 0;
  let asking = null;
  let asked = box.value.trim();

  async function ask() {
    const question = box.value.trim();
    if (question === asked) return;
    asked = question;
    if (asking) asking.abort();
    if (question.length < LEAST) {
      if (shown.classList.contains("live")) { shown.hidden = true; shown.innerHTML = first; }
      return;
    }
    asking = new AbortController();
    const address = new URL(box.form.getAttribute("action"), location.href);
    address.search = new URLSearchParams(new FormData(box.form)).toString();
    try {
      const reply = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const answer = page.getElementById("answer");
      if (!answer || box.value.trim() !== question) return;
      shown.replaceChildren(...answer.childNodes);
      shown.hidden = false;
      if (heading) heading.textContent = question;
      document.title = page.title;
      history.replaceState(null, "", address);
    } catch (fault) {
      // Typing went on, or the server is away: Enter still asks.
      if (fault.name !== "AbortError") asked = "";
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
})();
