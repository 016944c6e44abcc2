// The page's hands: what its buttons and forms do.

import { dropzone } from "./drop.js";
import { follow } from "./live.js";
import { fault, get, load, post, say } from "./net.js";
import { grids } from "./table.js";

// Asks before anything that costs, stops or forgets; resolves to what was answered.
function ask({ title, text, yes }) {
  const dialog = document.getElementById("ask");
  document.getElementById("ask-title").textContent = title;
  document.getElementById("ask-text").textContent = text;
  document.getElementById("ask-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
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

const acts = {
  "close-fault": () => fault(""),
  pause: (button) => post(`/api/files/${button.dataset.file}/pause`),
  resume: (button) => post(`/api/files/${button.dataset.file}/resume`),
  leave: (button) => post(`/api/files/${button.dataset.file}/leave`),
  stop: async (button) => (await ask(button.dataset)) && post(`/api/files/${button.dataset.file}/stop`),
  forget: async (button) => (await ask(button.dataset)) && post(`/api/files/${button.dataset.file}/forget`),
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

async function doing(work) {
  try {
    fault("");
    await work();
  } catch (error) {
    fault(error.message);
  }
}

addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button || button.matches("form") || !(button.dataset.act in acts)) return;
  doing(() => acts[button.dataset.act](button));
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
    doing(() =>
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
  if (form.dataset.act === "settle") event.preventDefault();
  if (form.dataset.act !== "columns") return;
  event.preventDefault();
  doing(() => post(`/api/files/${form.dataset.file}/check`, { choices: Object.fromEntries(new FormData(form)) }));
});

// --- Settling what nobody could know

addEventListener("change", (event) => {
  if (!event.target.matches("[data-all]")) return;
  for (const box of event.target.form.querySelectorAll("[data-number]")) box.checked = event.target.checked;
});

addEventListener("click", (event) => {
  const button = event.target.closest("[data-decision]");
  if (button) doing(() => settle(button, button.form));
});

async function settle(button, form) {
  const wish = { decision: button.dataset.decision };
  if ("everything" in button.dataset) {
    if (!(await ask(button.dataset))) return;
    wish.all = true;
  } else {
    wish.orders = [...form.querySelectorAll("[data-number]:checked")].map((box) => ({ owner: box.dataset.owner, number: box.dataset.number }));
    if (!wish.orders.length) return;
  }
  const buttons = form.querySelectorAll("[data-decision]");
  for (const each of buttons) each.disabled = true;
  try {
    await post(`/api/runs/${form.dataset.run}/settle`, wish);
  } catch (error) {
    for (const each of buttons) each.disabled = false;
    throw error;
  }
  const part = form.closest('[data-load$="/part"]');
  if (part) await load(part, part.dataset.load);
  document.getElementById("main").focus();
}

// --- Parts that come after the page

function parts(root) {
  for (const place of root.querySelectorAll("[data-load].loading:not([data-asked])")) {
    place.dataset.asked = "1";
    doing(() => load(place, place.dataset.load));
  }
  grids(root);
}

document.addEventListener("loaded", (event) => parts(event.detail));
dropzone();
parts(document);
follow();
say("");
