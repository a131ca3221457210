// Fills the summary's slot as sentences are verified. Text is only ever set as text.
(() => {
  "use strict";
  const slot = document.getElementById("summary");
  if (!slot || !slot.dataset.stream || !window.ReadableStream) return;
  const paragraph = Object.assign(document.createElement("p"), { className: "summary-text" });
  const note = Object.assign(document.createElement("p"), { className: "summary-note" });
  const link = slot.querySelector(".summary-ask");
  note.setAttribute("role", "status");

  const show = (line) => {
    if (!line.trim()) return;
    const found = JSON.parse(line);
    if (typeof found.notice === "string") note.textContent = found.notice;
    if (typeof found.text !== "string") return;
    if (!paragraph.isConnected) slot.prepend(paragraph);
    paragraph.append(found.text);
    for (const number of found.quotes) {
      const cite = document.createElement("a");
      cite.className = "summary-cite";
      cite.href = "#quote-" + Number(number);
      cite.textContent = "[" + Number(number) + "]";
      cite.setAttribute("aria-label", "Quote " + Number(number));
      paragraph.append(" ", cite);
    }
    paragraph.append(" ");
  };

  const fill = async () => {
    if (link) link.remove();
    slot.append(note);
    note.textContent = "A summary is being written and checked.";
    const waiting = note.textContent;
    const response = await fetch(slot.dataset.stream, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: slot.dataset.asked,
    });
    if (!response.ok || !response.body) throw new Error("no stream");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (;;) {
      const { value, done } = await reader.read();
      held += value || "";
      const lines = held.split("\n");
      held = lines.pop();
      lines.forEach(show);
      if (done) break;
    }
    show(held);
    if (note.textContent === waiting) {
      note.textContent = paragraph.isConnected
        ? "Written by a model; each sentence was checked against the quotes that it cites."
        : "There is no summary.";
    }
  };

  fill().catch(() => { note.textContent = "No summary: it could not be had. The quotes are complete."; });
})();
