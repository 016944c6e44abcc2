// The question before sending: one for all files that are started together.

import { post } from "./http.js";

const numbers = new Intl.NumberFormat(document.documentElement.lang);
const digits = (field) => (field.value.trim() ? Number(field.value.trim()) : null);
let files = [];

// `elements` carry what would be sent of each file.
export function askToStart(elements) {
  const dialog = document.getElementById("start");
  files = elements.map((element) => ({
    id: element.dataset.select || element.dataset.file,
    name: element.dataset.name,
    orders: Number(element.dataset.orders),
    paidAgain: Number(element.dataset.paidAgain),
    merchants: element.dataset.merchants,
    merchantCount: Number(element.dataset.merchantCount),
  }));
  dialog.querySelector("[name=limit]").value = "";
  dialog.querySelector("[name=max_points]").value = "";
  dialog.querySelector("[data-one-file]").hidden = files.length > 1;
  show(dialog);
  dialog.returnValue = "no";
  dialog.showModal();
}

function plan(dialog) {
  const limit = files.length === 1 ? digits(dialog.querySelector("[name=limit]")) : null;
  return files.map((file) => ({ ...file, limit, orders: Math.min(file.orders, limit || file.orders) }));
}

function show(dialog) {
  const texts = dialog.dataset;
  const price = Number(texts.price);
  const planned = plan(dialog);
  const orders = planned.reduce((sum, file) => sum + file.orders, 0);
  const paidAgain = planned.reduce((sum, file) => sum + file.paidAgain, 0);
  const caps = [digits(dialog.querySelector("[name=max_points]")), texts.cap === undefined ? null : Number(texts.cap)];
  const cap = Math.min(...caps.filter((each) => each !== null));
  const put = (name, text) => {
    const element = dialog.querySelector(`[data-sum=${name}]`);
    element.textContent = text;
    element.hidden = !text;
  };
  document.getElementById("start-title").textContent = files.length > 1 ? texts.titleMany.replace("%", files.length) : texts.titleOne;
  put("orders", numbers.format(orders));
  put("points", numbers.format(orders * price));
  put("paid-again", paidAgain ? texts.paidAgain.replace("%", numbers.format(paidAgain)) : "");
  put("merchants", merchants(texts));
  const now = price ? Math.floor(cap / price) : orders;
  if (!Number.isFinite(cap)) put("cap", texts.noCap);
  else if (orders * price <= cap) put("cap", texts.withinCap.replace("%", numbers.format(cap)));
  else put("cap", texts.overCap.replace("%1", numbers.format(cap)).replace("%2", numbers.format(now)).replace("%3", numbers.format(orders)));
  const list = dialog.querySelector("[data-sum=files]");
  list.replaceChildren(
    ...(files.length > 1 ? planned : []).map((file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name}: ${numbers.format(file.orders)}`;
      return line;
    }),
  );
}

function merchants(texts) {
  const shown = [...new Set(files.flatMap((file) => (file.merchants ? file.merchants.split(/、|, /) : [])))];
  if (!shown.length) return "";
  const count = Math.max(shown.length, ...files.map((file) => file.merchantCount));
  const more = count > shown.slice(0, 5).length ? ` ${texts.more.replace("%", count - shown.slice(0, 5).length)}` : "";
  return texts.merchants.replace("%", shown.slice(0, 5).join(", ") + more);
}

export function initStart(perform) {
  const dialog = document.getElementById("start");
  if (!dialog) return;
  dialog.addEventListener("input", () => show(dialog));
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    const price = Number(dialog.dataset.price);
    const started = plan(dialog).map(({ id, orders, limit }) => ({ id, orders, points: orders * price, limit }));
    perform(() => post("/api/start", { files: started, max_points: digits(dialog.querySelector("[name=max_points]")) }));
  });
}
