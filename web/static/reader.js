// The reader with scripts: times play here, the words follow the recording, hits are stepped through in place.
// Nothing is asked of the recording's host before somebody presses play.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const show = (element, block) => element.scrollIntoView({ block, behavior: calm.matches ? "auto" : "smooth" });

  const player = document.getElementById("player");
  if (player) listen(player);
  const steps = document.querySelector(".steps[data-hits]");
  if (steps) step(steps);
  land();
  addEventListener("hashchange", land);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      document.getElementById("find").focus();
    }
  });

  function listen(audio) {
    const turns = [...document.querySelectorAll("[data-second]")];
    const seconds = turns.map((turn) => Number(turn.dataset.second));
    const follow = document.getElementById("follow");
    let spoken = null;

    const used = () => audio.closest(".bar").classList.add("used");
    const mark = (second, bring) => {
      let at = -1;
      for (let i = 0; i < seconds.length && seconds[i] <= second + 0.01; i += 1) at = i;
      if (turns[at] === spoken) return;
      for (const turn of turns) turn.removeAttribute("aria-current");
      spoken = turns[at] || null;
      if (!spoken) return;
      spoken.setAttribute("aria-current", "true");
      if (bring) show(spoken, "center");
    };

    document.addEventListener("click", (event) => {
      const time = event.target.closest("a[data-play]");
      if (!time || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      audio.currentTime = Number(time.dataset.play);
      used();
      audio.play().catch(() => {});
    });
    audio.addEventListener("play", used);
    audio.addEventListener("timeupdate", () => mark(audio.currentTime, follow.checked && !audio.paused));

    const start = () => {
      const asked = /^#t=(\d{1,6})$/.exec(location.hash);
      const second = asked ? asked[1] : audio.dataset.start;
      if (second === undefined) return;
      audio.currentTime = Number(second);
      mark(Number(second), Boolean(asked));
    };
    start();
    addEventListener("hashchange", start);
  }

  function step(bar) {
    const found = [...document.querySelectorAll("[data-hit]")];
    let at = Number(document.getElementById("at-hit")?.textContent) || 0;
    const go = (change) => (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      at = ((at - 1 + change + found.length) % found.length) + 1;
      for (const mark of document.querySelectorAll("mark.here")) mark.classList.remove("here");
      const here = found[at - 1];
      here.classList.add("here");
      document.getElementById("at-hit").textContent = String(at);
      show(here, "center");
    };
    if (!found.length) return;
    bar.querySelector("#before").addEventListener("click", go(-1));
    bar.querySelector("#following").addEventListener("click", go(1));
  }

  // An address from before an edit may name a segment that is no more: the one before it is the nearest.
  function land() {
    const asked = /^#s(\d{1,6})$/.exec(location.hash);
    if (!asked || document.getElementById(`s${asked[1]}`)) return;
    const before = [...document.querySelectorAll(".text [id^=s]")].filter((one) => Number(one.id.slice(1)) < Number(asked[1]));
    if (before.length) show(before[before.length - 1], "start");
  }
})();
