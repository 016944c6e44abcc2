// Actions of buttons and forms.

import { initUpload } from "./upload.js";
import { follow } from "./events.js";
import { announce, get, load, post, showError } from "./http.js";
import { initTables } from "./rows.js";

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
  start: () => {
    const dialog = document.getElementById("start");
    dialog.returnValue = "no";
    dialog.showModal();
  },
  "more-rows": (button) => rowsInto(button, button.dataset),
  "first-rows": (summary) => Number(summary.dataset.from) === 0 && rowsInto(summary, summary.dataset),
  load: (button) => load(button.closest("[data-load]"), button.dataset.url),
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

// --- Starting

const digits = (field) => (field?.value.trim() ? Number(field.value.trim()) : null);

addEventListener("input", (event) => {
  const dialog = event.target.closest("#start");
  if (!dialog) return;
  const orders = toSend(dialog);
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  dialog.querySelector("[data-sum=orders]").textContent = numbers.format(orders);
  dialog.querySelector("[data-sum=points]").textContent = numbers.format(orders * Number(dialog.dataset.price));
});

function toSend(dialog) {
  const all = Number(dialog.dataset.orders);
  return Math.min(all, digits(dialog.querySelector("[name=limit]")) || all);
}

document.addEventListener(
  "close",
  (event) => {
    const dialog = event.target;
    if (dialog.id !== "start" || dialog.returnValue !== "yes") return;
    const orders = toSend(dialog);
    perform(() =>
      post(`/api/files/${dialog.dataset.file}/start`, {
        orders,
        points: orders * Number(dialog.dataset.price),
        limit: digits(dialog.querySelector("[name=limit]")),
        max_points: digits(dialog.querySelector("[name=max_points]")),
      }),
    );
  },
  true,
);

// --- Choosing columns

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.action === "resolve") event.preventDefault();
  if (form.dataset.action !== "columns") return;
  event.preventDefault();
  perform(() => post(`/api/files/${form.dataset.file}/check`, { columns: Object.fromEntries(new FormData(form)) }));
});

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
    body.orders = [...form.querySelectorAll("[data-number]:checked")].map((box) => ({ owner: box.dataset.owner, number: box.dataset.number }));
    if (!body.orders.length) return;
  }
  const buttons = form.querySelectorAll("[data-decision]");
  for (const each of buttons) each.disabled = true;
  try {
    await post(`/api/runs/${form.dataset.run}/resolve`, body);
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
  for (const place of root.querySelectorAll("[data-load].loading:not([data-requested])")) {
    place.dataset.requested = "1";
    perform(() => load(place, place.dataset.load));
  }
  initTables(root);
}

document.addEventListener("loaded", (event) => loadParts(event.detail));
initUpload();
loadParts(document);
follow();
announce("");
