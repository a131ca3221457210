// An ask box for other sites: <script src="https://HOST/embed.js" defer></script> where the box is to stand, and for readers
// who run no scripts <noscript><a href="https://HOST/">Ask Counterpart</a></noscript> after it.
// It asks only the Counterpart that served it, keeps nothing, and shows what comes back as text, never as markup.
(() => {
  "use strict";

  const script = document.currentScript;
  if (!script || !script.src) return;
  const home = new URL(".", script.src).href;
  const WAIT_MS = 60000;
  const SIDES = {
    sponsor: "Sponsor", cdmo: "CDMO", consultant: "Consultant", investor: "Investor", regulator: "Regulator",
    academic: "Academic", host: "Host", other: "Other",
  };
  const LISTS = ["theme", "show", "kind", "speaker", "side", "phase", "modality"];
  const LIGHT = `--paper:#fff;--ink:#1c2024;--soft:#565c63;--line:#dfdbd0;--edge:#7d786d;--accent:#2f4fa8;
    --on:#fff;--key:#fdeeb5;--warn:#7a4a06;--wash:#fdf1dc;color-scheme:light;`;
  const DARK = `--paper:#1c2024;--ink:#eae7e0;--soft:#a9aeb4;--line:#31363c;--edge:#8b939c;--accent:#9db4ff;
    --on:#10131a;--key:#41381a;--warn:#f1c37e;--wash:#2a2216;color-scheme:dark;`;
  const STYLE = `
    :host { all: initial; display: block; ${LIGHT} }
    @media (prefers-color-scheme: dark) { :host(:not([data-scheme="light"])) { ${DARK} } }
    :host([data-scheme="dark"]) { ${DARK} }
    *, *::before { box-sizing: border-box; }
    .box { font: 1rem/1.5 system-ui, "Liberation Sans", Arial, sans-serif; color: var(--ink); background: var(--paper);
      border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.125rem; overflow-wrap: anywhere; }
    label { display: block; font-weight: 600; margin: 0 0 .375rem; }
    .row { display: flex; flex-wrap: wrap; gap: .5rem; }
    input { flex: 1 1 14rem; min-width: 0; font: inherit; color: inherit; background: transparent; padding: .5rem .75rem;
      border: 1px solid var(--edge); border-radius: 8px; min-height: 2.75rem; }
    button { font: inherit; font-weight: 600; color: var(--on); background: var(--accent); border: 1px solid transparent;
      border-radius: 8px; padding: .5rem 1.125rem; min-height: 2.75rem; cursor: pointer; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    a { color: var(--accent); }
    .said { margin: .75rem 0 0; color: var(--soft); }
    .said:empty { display: none; }
    .fault { color: var(--warn); background: var(--wash); border-radius: 8px; padding: .625rem .75rem; }
    ol { list-style: none; margin: 0; padding: 0; }
    li { margin-top: 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
    figure, blockquote { margin: 0; }
    blockquote { font: 1.125rem/1.5 Georgia, "Liberation Serif", serif; white-space: pre-line; }
    mark { color: inherit; background: var(--key); border-radius: 2px; }
    figcaption { margin-top: .5rem; font-size: .875rem; color: var(--soft); }
    figcaption p { margin: 0; }
    .who { color: var(--ink); font-weight: 600; }
    .note { color: var(--warn); }
    .foot { margin: 1rem 0 0; font-size: .8125rem; color: var(--soft); }`;

  function make(tag, told, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(told)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== ""));
    return element;
  }

  function linked(url, words) {
    const known = URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol);
    return known ? make("a", { href: url, rel: "noopener noreferrer", referrerpolicy: "no-referrer" }, words) : words;
  }

  function clock(second) {
    if (typeof second !== "number") return "";
    const whole = Math.max(0, Math.floor(second));
    const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const two = (number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  }

  function words(quote) {
    const at = quote.key ? quote.text.indexOf(quote.key) : -1;
    if (at < 0 || quote.key === quote.text) return [quote.text];
    return [quote.text.slice(0, at), make("mark", {}, quote.key), quote.text.slice(at + quote.key.length)];
  }

  function shown(quote) {
    const who = [quote.speaker || "In its own words", quote.role, quote.organisation, SIDES[quote.side] || ""];
    const where = [quote.title, quote.show, quote.date, clock(quote.start_s)];
    const caption = make("figcaption", {},
      make("p", { class: "who" }, who.filter(Boolean).join(", ")),
      make("p", {}, where.filter(Boolean).join(" · ")));
    if (quote.composed) caption.append(make("p", { class: "note" }, "Composed for illustration: nobody said it."));
    if (quote.sponsored) caption.append(make("p", { class: "note" }, "Sponsored publication."));
    caption.append(make("p", {}, linked(quote.url, "Read in context")));
    const said = make("blockquote", {}, ...words(quote));
    return make("li", { "data-citation": quote.citation }, make("figure", {}, said, caption));
  }

  async function asked(question, signal) {
    const body = { question };
    for (const name of LISTS) if (script.dataset[name]) body[name] = script.dataset[name].split("|");
    if (script.dataset.limit) body.limit = Number(script.dataset.limit);
    const response = await fetch(`${home}api/v1/ask`, {
      method: "POST", mode: "cors", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer", signal,
      headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const given = await response.json();
    if (response.ok) return given;
    throw new Error([given.detail, given.way_out].filter(Boolean).join(" "), { cause: "told" });
  }

  // A browser does not say why a request was refused: whether the server is there at all tells the two apart.
  async function why() {
    const there = await fetch(script.src, { mode: "no-cors", credentials: "omit", referrerPolicy: "no-referrer" })
      .then(() => true, () => false);
    if (!there) return `Counterpart at ${new URL(home).host} cannot be reached. Try again in a little while.`;
    if (window.location.origin === "null") {
      return "Counterpart takes no questions from a file or a sandboxed frame: put this page on a web server.";
    }
    return `Counterpart does not take questions from this page yet. Whoever runs it can allow it: add ` +
      `${window.location.origin} to the setting cors_origins.`;
  }

  function built(root) {
    const input = make("input", { id: "question", name: "question", type: "text", required: "", maxlength: "2000",
      autocomplete: "off", enterkeyhint: "search" });
    const title = script.dataset.title || "Ask people who work with CDMOs";
    const form = make("form", { role: "search", "aria-label": "Counterpart" },
      make("label", { for: "question" }, title),
      make("div", { class: "row" }, input, make("button", { type: "submit" }, "Ask")));
    const said = make("p", { class: "said", role: "status" });
    const list = make("ol", { "aria-label": "Quotes" });
    const foot = make("p", { class: "foot" }, "Word for word, from ", linked(home, "Counterpart"), ".");
    root.append(make("div", { class: "box", lang: "en" }, form, said, list, foot));
    return { form, input, said, list };
  }

  function told(box, answer) {
    const count = answer.quotes.length;
    box.said.textContent = answer.status !== "answered" ? "Nothing in the library answers this."
      : count === 1 ? "1 quote" : `${count} quotes`;
    box.list.replaceChildren(...answer.quotes.map(shown));
  }

  function start() {
    const target = script.dataset.target ? document.querySelector(script.dataset.target) : null;
    const host = make("counterpart-ask", {});
    if (script.dataset.scheme) host.dataset.scheme = script.dataset.scheme;
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const box = built(root);
    if (target) target.append(host);
    else if (document.body.contains(script)) script.after(host);
    else document.body.append(host);

    let going = null;
    box.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const question = box.input.value.trim();
      if (!question) return;
      if (going) going.abort();
      const mine = going = new AbortController();
      const late = setTimeout(() => mine.abort(), WAIT_MS);
      box.said.className = "said";
      box.said.textContent = "Looking…";
      try {
        const answer = await asked(question, mine.signal);
        if (mine === going) told(box, answer);
      } catch (error) {
        const reason = error.cause === "told" ? error.message
          : mine.signal.aborted ? "No answer came in time. Try again." : await why();
        if (mine !== going) return;
        box.list.replaceChildren();
        box.said.className = "said fault";
        box.said.textContent = reason;
      } finally {
        clearTimeout(late);
      }
    });
  }

  start();
})();
