// Offers questions that hosts asked while somebody types in the ask box: a combobox with a list box, as the ARIA
// Authoring Practices describe it. The form is whole without it.
(() => {
  "use strict";

  const WAIT_MS = 180;
  const LEAST_CHARS = 3;
  const input = document.querySelector("form.ask #q");
  const line = input && input.closest(".ask-line");
  if (!input || !line) return;

  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Questions that hosts asked");
  list.hidden = true;
  const told = document.createElement("p");
  told.className = "hidden";
  told.setAttribute("aria-live", "polite");
  line.classList.add("suggesting");
  line.append(list);
  line.after(told);
  for (const [name, value] of [
    ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id],
  ]) input.setAttribute(name, value);

  let timer = 0;
  let under = null;
  let chosen = -1;
  let typed = input.value;

  const options = () => [...list.children];

  function close() {
    clearTimeout(timer);
    if (under) under.abort();
    under = null;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    told.textContent = "";
    chosen = -1;
  }

  // What is still being asked for would put another list under the mark.
  function mark(number) {
    clearTimeout(timer);
    if (under) under.abort();
    under = null;
    const all = options();
    chosen = number;
    all.forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
    input.value = chosen < 0 ? typed : all[chosen].dataset.question;
    if (chosen < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    }
  }

  // Text only, never markup: what is shown comes from documents.
  function option(found, number) {
    const made = document.createElement("li");
    const from = document.createElement("span");
    made.id = `suggestion-${number}`;
    made.dataset.question = found.question;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.textContent = found.question;
    from.className = "from";
    from.textContent = [`${found.asker} asks ${found.answerer}`, found.show, found.composed ? "composed" : ""]
      .filter(Boolean).join(" · ");
    made.append(from);
    made.addEventListener("mousedown", (event) => event.preventDefault());
    made.addEventListener("click", () => {
      input.value = found.question;
      close();
      input.form.requestSubmit();
    });
    return made;
  }

  async function offer() {
    const asked = typed.trim();
    if (under) under.abort();
    if (asked.length < LEAST_CHARS) return close();
    const mine = (under = new AbortController());
    try {
      const answer = await fetch(`/suggest?q=${encodeURIComponent(asked)}`, { signal: mine.signal });
      if (!answer.ok) return close();
      const { questions } = await answer.json();
      if (under !== mine || document.activeElement !== input) return;
      if (!questions.length) return close();
      list.replaceChildren(...questions.map(option));
      chosen = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      told.textContent = `${questions.length} ${questions.length === 1 ? "question" : "questions"} that hosts asked`;
    } catch {
      if (under === mine) close();
    }
  }

  input.addEventListener("input", () => {
    typed = input.value;
    clearTimeout(timer);
    timer = setTimeout(offer, WAIT_MS);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const count = options().length;
    if (list.hidden) {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        typed = input.value;
        offer();
      }
      return;
    }
    if (event.key === "ArrowDown") mark(chosen + 1 < count ? chosen + 1 : -1);
    else if (event.key === "ArrowUp") mark(chosen < 0 ? count - 1 : chosen - 1);
    else if (event.key === "Escape") {
      mark(-1);
      close();
    } else {
      if (event.key === "Enter" || event.key === "Tab") close();
      return;
    }
    event.preventDefault();
  });

  input.addEventListener("blur", close);
  input.form.addEventListener("submit", close);
})();
