// Actions of buttons and forms.

import { follow, initNotify } from "./events.js";
import { announce, get, load, post, showError } from "./http.js";
import { initTables } from "./rows.js";
import { askToStart, initStart } from "./start.js";
import { initUpload } from "./upload.js";

// Asks before an action that costs points, stops or deletes; resolves to whether the user agreed.
function confirmed({ title, text, yes }) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-title").textContent = title;
  document.getElementById("confirm-text").textContent = text;
  document.getElementById("confirm-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}

async function rowsInto(button, data) {
  const from = Number(data.from);
  const html = await (await get(`${data.url}&from=${from}`)).text();
  const into = document.getElementById(data.into);
  into.insertAdjacentHTML("beforeend", html);
  for (const each of document.querySelectorAll(`[data-into="${data.into}"]`)) {
    each.dataset.from = into.rows.length;
    if (each.matches("button") && into.rows.length >= Number(data.total)) each.hidden = true;
  }
}

async function copy(text) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copyBySelection(text);
  announce(document.querySelector("[data-copied]").dataset.copied);
}

// For pages over plain HTTP from another machine, where browsers have no clipboard API.
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

const actions = {
  "close-error": () => showError(""),
  pause: (button) => post(`/api/files/${button.dataset.file}/pause`),
  resume: (button) => post(`/api/files/${button.dataset.file}/resume`),
  dequeue: (button) => post(`/api/files/${button.dataset.file}/dequeue`),
  stop: async (button) => (await confirmed(button.dataset)) && post(`/api/files/${button.dataset.file}/stop`),
  remove: async (button) => (await confirmed(button.dataset)) && post(`/api/files/${button.dataset.file}/remove`),
  recheck: async (button) => {
    await post(`/api/files/${button.dataset.file}/check`);
    if (button.dataset.go && location.pathname !== button.dataset.go) location.href = button.dataset.go;
  },
  start: (button) => askToStart([button]),
  "start-selected": () => askToStart([...document.querySelectorAll("[data-select]:checked")]),
  "more-rows": (button) => rowsInto(button, button.dataset),
  "first-rows": (summary) => Number(summary.dataset.from) === 0 && rowsInto(summary, summary.dataset),
  load: (button) => load(button.closest("[data-load]"), button.dataset.url),
  edit: (button) => edit(button),
  "send-anyway": (button) => {
    const { sheet, line, old } = button.dataset;
    const path = `/api/files/${button.closest("[data-correct]").dataset.correct}/corrections`;
    return post(path, { cells: [{ sheet, line: Number(line), column: "decision", old, new: "send" }] });
  },
  "pick-column": (button) => pickColumn(button),
  "pick-header": (button) => pickHeader(button),
  "pick-merchant": (button) => {
    button.form.elements.owner_id.value = button.dataset.merchant;
  },
  copy: (button) => copy(button.dataset.copy),
  "copy-all": async (button) => copy(await (await get(button.dataset.url)).text()),
};

async function perform(action) {
  try {
    showError("");
    await action();
  } catch (error) {
    showError(error.message);
  }
}

addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (!button || button.matches("form") || !(button.dataset.action in actions)) return;
  perform(() => actions[button.dataset.action](button));
});

// --- Selecting files

function selectionChanged() {
  const button = document.querySelector("[data-action=start-selected]");
  if (!button) return;
  const count = document.querySelectorAll("[data-select]:checked").length;
  button.disabled = !count;
  button.textContent = button.dataset.text.replace("%", count);
}

addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("[data-select-all]")) {
    for (const each of document.querySelectorAll("[data-select]")) each.checked = box.checked;
  }
  if (box.matches("[data-select], [data-select-all]")) selectionChanged();
});

// --- Choosing columns

function pickColumn(button) {
  const form = button.form || button.closest("form");
  const role = button.dataset.role || form.elements.role.value;
  const other = role === "order" ? "owner" : "order";
  const letter = button.dataset.letter;
  form.elements[`${role}_column`].value = letter;
  if (form.elements[`${other}_column`].value === letter) form.elements[`${other}_column`].value = "";
  form.elements.role.value = role === "order" && !form.elements.owner_column.value ? "owner" : role;
  showColumns(form);
}

function showColumns(form) {
  const chosen = { order: form.elements.order_column.value, owner: form.elements.owner_column.value };
  const roleOf = (letter) => (letter === chosen.order ? "order" : letter === chosen.owner ? "owner" : "");
  for (const name of ["order", "owner"]) form.querySelector(`[data-chosen=${name}]`).textContent = chosen[name] || "–";
  for (const button of form.querySelectorAll("button.column")) {
    const role = roleOf(button.dataset.letter);
    button.setAttribute("aria-pressed", String(Boolean(role)));
    button.dataset.taken = role;
    const label = button.querySelector(".role");
    label.textContent = role ? label.dataset[role] : "";
  }
  for (const cell of form.querySelectorAll("td[data-letter]")) {
    const role = roleOf(cell.dataset.letter);
    cell.className = role ? `is-${role}` : "";
  }
}

function pickHeader(button) {
  const form = button.form;
  form.elements.header_row.value = button.dataset.line;
  for (const row of form.querySelectorAll("tbody tr")) row.classList.toggle("header-line", row.contains(button));
}

// A click on a cell chooses its column, like a click on the letter above it.
addEventListener("click", (event) => {
  const cell = event.target.closest("td[data-letter]");
  if (cell) pickColumn(cell.closest("form").querySelector(`button.column[data-letter="${cell.dataset.letter}"]`));
});

// --- Forms

addEventListener("submit", (event) => {
  const form = event.target;
  const action = forms[form.dataset.action];
  if (!action) return;
  event.preventDefault();
  perform(() => action(form));
});

const forms = {
  resolve: () => {},
  columns: (form) => {
    const { role, ...columns } = Object.fromEntries(new FormData(form));
    return post(`/api/files/${form.dataset.file}/check`, { columns });
  },
  setup: async (form) => {
    await post("/api/setup", Object.fromEntries(new FormData(form)));
    sessionStorage.setItem("notice", form.dataset.done || "");
    location.reload();
  },
  unlock: (form) => post(`/api/files/${form.dataset.file}/unlock`, { password: form.elements.password.value }),
  correct: (form) => {
    const { sheet, line, column, old } = form.dataset;
    const value = form.elements.value.value.trim();
    if (!value) return undefined;
    const table = form.closest("[data-correct]");
    return post(`/api/files/${table.dataset.correct}/corrections`, { cells: [{ sheet, line: Number(line), column, old, new: value }] });
  },
};

// Replaces a cell of the problems table by a field.
function edit(button) {
  const { sheet, line, column, old, label, save } = button.dataset;
  const form = document.createElement("form");
  Object.assign(form.dataset, { action: "correct", sheet, line, column, old });
  form.className = "row";
  const field = document.createElement("input");
  field.name = "value";
  field.value = old;
  field.autocomplete = "off";
  field.setAttribute("aria-label", label);
  const submit = document.createElement("button");
  submit.className = "primary";
  submit.textContent = save;
  form.append(field, submit);
  button.parentElement.replaceWith(form);
  field.focus();
  field.select();
}

// --- Resolving uncertain orders

addEventListener("change", (event) => {
  if (!event.target.matches("[data-all]")) return;
  for (const box of event.target.form.querySelectorAll("[data-number]")) box.checked = event.target.checked;
});

addEventListener("click", (event) => {
  const button = event.target.closest("[data-decision]");
  if (button) perform(() => resolve(button, button.form));
});

async function resolve(button, form) {
  const body = { decision: button.dataset.decision };
  if ("allOrders" in button.dataset) {
    if (!(await confirmed(button.dataset))) return;
    body.all = true;
  } else {
    const scope = "one" in button.dataset ? button.closest("li") : form;
    const boxes = scope.querySelectorAll("one" in button.dataset ? "[data-number]" : "[data-number]:checked");
    body.orders = [...boxes].map((box) => ({ owner: box.dataset.owner, number: box.dataset.number }));
    if (!body.orders.length) return;
  }
  const buttons = form.querySelectorAll("[data-decision]");
  for (const each of buttons) each.disabled = true;
  try {
    const { resolved } = await post(`/api/runs/${form.dataset.run}/resolve`, body);
    announce(form.dataset.resolved.replace("%", resolved));
  } catch (error) {
    for (const each of buttons) each.disabled = false;
    throw error;
  }
  const part = form.closest('[data-load$="/part"]');
  if (part) await load(part, part.dataset.load);
  document.getElementById("main").focus();
}

// --- Parts that are loaded after the page

function loadParts(root) {
  for (const element of root.querySelectorAll("[data-load].loading:not([data-requested])")) {
    element.dataset.requested = "1";
    perform(() => load(element, element.dataset.load));
  }
  initTables(root);
  selectionChanged();
}

addEventListener(
  "toggle",
  (event) => {
    const element = event.target.querySelector?.("[data-load-when-open]:not([data-requested])");
    if (!event.target.open || !element) return;
    element.dataset.requested = "1";
    perform(() => load(element, element.dataset.load));
  },
  true,
);

function showNotice() {
  const text = sessionStorage.getItem("notice");
  sessionStorage.removeItem("notice");
  if (!text) return;
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.hidden = false;
}

document.addEventListener("loaded", (event) => loadParts(event.detail));
initUpload();
initStart(perform);
initNotify();
loadParts(document);
follow();
announce("");
showNotice();
