// Saving a quote without leaving the answer, copying citations and a collection's links, and keeping notes from being
// lost. The pages are whole without it.
"use strict";

// The form's own button, its citation and the page that it would lead to; a failure lets the form do it.
async function save(event) {
  const form = event.target;
  const button = event.submitter;
  if (!button || form.dataset.plain) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  body.set(button.name, button.value);
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "follow" });
    if (!answer.ok || !answer.redirected) throw new Error("not saved");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    saved(form.closest(".saving"), place(answer.url, page, button.value), page.querySelector("h1").textContent);
  } catch {
    form.dataset.plain = "yes";
    button.disabled = false;
    form.requestSubmit(button);
  }
}

// The address that an answer tells is without the part that leads to the quote.
function place(address, page, citation) {
  const quote = [...page.querySelectorAll("[data-citation]")].find((one) => one.dataset.citation === citation);
  return quote ? `${address}#${quote.id}` : address;
}

// What the page says after a reload, said now: where the quote is, and where the next one would go.
function saved(details, address, name) {
  const line = document.createElement("p");
  const link = document.createElement("a");
  line.className = "form-title";
  line.setAttribute("role", "status");
  line.tabIndex = -1;
  link.href = address;
  link.textContent = name;
  line.append("Saved in ", link, ".");
  for (const form of details.querySelectorAll("form, .form-title")) form.remove();
  details.append(line);
  details.querySelector("summary").firstChild.textContent = "Saved";
  line.focus();
  for (const other of document.querySelectorAll(".saving")) offer(other, name);
}

function offer(details, name) {
  const form = details.querySelector("form:last-of-type");
  if (!form) return;
  const label = `Save to “${name}”`;
  const known = details.querySelector("form.to-current button");
  if (known) {
    known.textContent = label;
    return;
  }
  const made = document.createElement("form");
  made.className = "save-form to-current";
  made.method = "post";
  made.action = `${form.getAttribute("action")}/current`;
  const button = document.createElement("button");
  button.name = "citation";
  button.value = form.querySelector("button").value;
  button.textContent = label;
  made.append(button);
  form.before(made);
}

const COPIED_LINKS = { "read-link": "the link to share", "edit-link": "your edit link" };

function copyable(field) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain-button";
  button.textContent = "Copy";
  const name = document.createElement("span");
  name.className = "hidden";
  name.textContent = ` ${COPIED_LINKS[field.id] || field.labels[0].textContent}`;
  button.append(name);
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.firstChild.textContent = "Copied";
  });
  field.after(button);
}

document.addEventListener("submit", (event) => {
  if (event.target.closest(".saving")) save(event);
});
if (navigator.clipboard) document.querySelectorAll(".link-shown, textarea.copyable").forEach(copyable);

// One click takes all of a citation, a dragged one what it is dragged over.
document.addEventListener("click", (event) => {
  const field = event.target.closest("textarea.copyable");
  if (field && field.selectionStart === field.selectionEnd) field.select();
});

// A note that is written and not saved is not to be lost by leaving: the browser asks.
let sending = null;
document.addEventListener("submit", (event) => (sending = event.target));
window.addEventListener("beforeunload", (event) => {
  const notes = [...document.querySelectorAll(".note-form textarea")];
  if (notes.some((note) => note.form !== sending && note.value !== note.defaultValue)) event.preventDefault();
});
