// Follows the event stream: figures of the run under way, and parts of the page that have changed.

import { announce, get, load } from "./http.js";

const numbers = new Intl.NumberFormat(document.documentElement.lang);
const shown = (value) => numbers.format(value);
let announced = -1;

function clock(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const setText = (root, name, text) => {
  for (const at of root.querySelectorAll(`[data-value="${name}"]`)) if (at.textContent !== text) at.textContent = text;
};

function timeLeft(at, run) {
  const texts = at.dataset;
  if (run.stopping) return texts.stopping;
  if (run.paused) return texts.paused;
  if (run.total > 0 && run.done >= run.total) return texts.writing;
  return run.left_s === null ? texts.start : texts.left.replace("%", clock(run.left_s));
}

function showRun(run) {
  const share = run.total ? run.done / run.total : 0;
  const percent = `${Math.floor(share * 100)} %`;
  const chip = document.getElementById("run-chip");
  if (chip) {
    chip.hidden = false;
    chip.href = `/files/${run.id}`;
    setText(chip, "short", percent);
  }
  const row = document.querySelector(`.file[data-file="${run.id}"]`);
  if (row) {
    const bar = row.querySelector("[data-value=bar]");
    if (bar) bar.value = share * 100;
    setText(row, "percent", percent);
  }
  const card = document.querySelector(`[data-run-of="${run.id}"]`);
  if (card) showCard(card, run, share, percent);
}

function showCard(card, run, share, percent) {
  for (const name of ["total", "done", "synced", "failed", "uncertain", "points", "committed", "in_flight"]) setText(card, name, shown(run[name]));
  setText(card, "rate", shown(run.rate));
  setText(card, "percent", percent);
  const at = card.querySelector("[data-value=left]");
  at.textContent = timeLeft(at, run);
  const bar = card.querySelector("[data-value=progress]");
  bar.setAttribute("aria-valuenow", Math.floor(share * 100));
  for (const name of ["synced", "failed", "uncertain"]) bar.querySelector(`.${name}`).style.width = `${(run[name] / (run.total || 1)) * 100}%`;
  const meter = card.querySelector("[data-value=meter]");
  if (meter && run.cap) {
    const used = Math.min(1, run.committed / run.cap);
    meter.setAttribute("aria-valuenow", run.committed);
    meter.firstElementChild.style.width = `${used * 100}%`;
    meter.classList.toggle("near", used >= 0.8 && used < 1);
    meter.classList.toggle("full", used >= 1);
  }
  card.querySelector("[data-action=pause]").hidden = run.paused;
  card.querySelector("[data-action=resume]").hidden = !run.paused;
  for (const act of ["pause", "resume", "stop"]) card.querySelector(`[data-action=${act}]`).disabled = run.stopping;
  showKinds(document.querySelector("[data-value=kinds]"), run.kinds);
  const tenth = Math.floor(share * 10);
  if (tenth !== announced) {
    if (announced >= 0) announce(percent);
    announced = tenth;
  }
}

function showKinds(list, kinds) {
  const shownKinds = JSON.stringify(kinds);
  if (!list || list.dataset.shown === shownKinds) return;
  list.dataset.shown = shownKinds;
  const lines = kinds.map((kind) => {
    const line = document.createElement("li");
    const count = document.createElement("b");
    count.className = `num ${kind.state === "uncertain" ? "uncertain" : "failed"}`;
    count.textContent = shown(kind.count);
    const text = document.createElement("span");
    text.textContent = kind.text;
    line.append(count, text);
    return line;
  });
  if (!lines.length) {
    const none = document.createElement("li");
    none.className = "muted";
    none.textContent = list.dataset.none;
    lines.push(none);
  }
  list.replaceChildren(...lines);
}

// --- The end of a run: tab title, icon, live region, notification

const ENDED = ["done", "interrupted"];
const phases = new Map();
const baseTitle = document.title;
const icon = document.getElementById("icon");
const baseIcon = icon?.getAttribute("href");

function showEndings(snapshot) {
  const button = document.getElementById("notify");
  for (const file of snapshot.files) {
    const before = phases.get(file.id);  // a phase may begin and end between two events
    phases.set(file.id, file.phase);
    if (before !== undefined && before !== "running" && file.phase === "running" && button) announce(button.dataset.started.replace("%", file.name));
    if (before === undefined || ENDED.includes(before) || !ENDED.includes(file.phase)) continue;
    const text = `${file.name}: ${file.summary}`;
    announce(text);
    if (button && "Notification" in window && Notification.permission === "granted" && localStorage.getItem("notify")) {
      new Notification(button.dataset.title.replace("%", file.name), { body: file.summary, tag: file.id });
    }
  }
}

// The tab shows the file of this page; on other pages the run under way.
function showTab(snapshot) {
  const watched = document.querySelector("[data-watch]")?.dataset.watch;
  const file = snapshot.files.find((each) => each.id === watched);
  const run = snapshot.run && (!file || snapshot.run.id === file.id) ? snapshot.run : null;
  let mark = "";
  let name = "icon";
  if (run) {
    mark = `${Math.floor((run.total ? run.done / run.total : 0) * 100)} % · `;
    name = "icon-running";
  } else if (file && ENDED.includes(file.phase)) {
    mark = file.css_class === "done" ? "✓ " : "! ";
    name = file.css_class === "done" ? "icon-done" : "icon-problem";
  }
  if (document.title !== mark + baseTitle) document.title = mark + baseTitle;
  const href = baseIcon?.replace("/icon.", `/${name}.`);
  if (icon && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

export function initNotify() {
  const button = document.getElementById("notify");
  if (!button || !("Notification" in window)) return;
  const isOn = () => Notification.permission === "granted" && localStorage.getItem("notify");
  button.hidden = Boolean(isOn());
  button.addEventListener("click", async () => {
    const permission = await Notification.requestPermission();
    if (permission === "granted") localStorage.setItem("notify", "1");
    const text = permission === "granted" ? button.dataset.on : button.dataset.blocked;
    button.textContent = text;
    announce(text);
  });
}

// --- Parts that have changed

const busy = new Set();
const RETRY_MS = 2000;
let latest = null;

// While a part is loading, a dialog is open or a field is being edited, changes wait; then the latest snapshot is compared again.
async function refresh(element) {
  if (busy.has(element)) return;
  busy.add(element);
  try {
    const selected = [...element.querySelectorAll("[data-select]:checked")].map((box) => box.dataset.select);
    await load(element, element.dataset.part);
    for (const id of selected) {
      const box = element.querySelector(`[data-select="${id}"]`);
      if (box) box.checked = true;
      box?.dispatchEvent(new Event("change", { bubbles: true }));
    }
    busy.delete(element);
    refreshChanged(latest);
    if (latest.run) showRun(latest.run);
  } catch {
    busy.delete(element);
    setTimeout(() => refreshChanged(latest), RETRY_MS);
  }
}

document.addEventListener("close", () => latest && refreshChanged(latest), true);

function refreshChanged(snapshot) {
  latest = snapshot;
  if (document.querySelector("dialog[open]")) return;
  const list = document.getElementById("file-list");
  if (list) {
    const here = [...list.querySelectorAll(".file")].map((file) => `${file.dataset.file}:${file.dataset.version}`).sort().join();
    const there = snapshot.files.map((file) => `${file.id}:${file.version}`).sort().join();
    if (here !== there) refresh(list);
  }
  const watched = document.querySelector("[data-watch]");
  if (watched) {
    const file = snapshot.files.find((each) => each.id === watched.dataset.watch);
    const version = watched.querySelector("[data-version]")?.dataset.version;
    if (!file) location.href = "/";
    else if (String(file.version) !== version) refresh(watched);
  }
}

// --- The connection

const DEAD_AFTER_MS = 4000;
let lostAt = 0;

function showConnection(state) {
  const banner = document.getElementById("connection");
  banner.hidden = state === "connected";
  for (const text of banner.querySelectorAll("[data-when]")) text.hidden = text.dataset.when !== state;
  if (state === "connected") {
    if (lostAt) announce(banner.dataset.reconnected);
    lostAt = 0;
  } else lostAt ||= Date.now();
}

// A browser allows a site six connections, whatever the number of tabs: a tab in the background polls instead.
const POLL_MS = 5000;

function show(snapshot) {
  refreshChanged(snapshot);
  showEndings(snapshot);
  showTab(snapshot);
  const chip = document.getElementById("run-chip");
  if (chip) chip.hidden = !snapshot.run;
  if (snapshot.run) showRun(snapshot.run);
  else announced = -1;
}

export function follow() {
  let source;
  let timer;
  let wait = 1000;
  const stop = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const lost = async () => {
    stop();
    const response = await fetch("/api/snapshot").catch(() => null);
    if (response?.status === 401) return showConnection("session");
    showConnection(lostAt && Date.now() - lostAt > DEAD_AFTER_MS && !response ? "dead" : "disconnected");
    timer = setTimeout(connect, wait);
    wait = Math.min(wait * 1.6, 10000);
  };
  const listen = () => {
    source = new EventSource("/api/events");
    source.onopen = () => {
      wait = 1000;
      showConnection("connected");
    };
    source.onmessage = (event) => show(JSON.parse(event.data));
    source.onerror = lost;
  };
  const poll = async () => {
    try {
      show(await (await get("/api/snapshot")).json());
      showConnection("connected");
      timer = setTimeout(poll, POLL_MS);
    } catch {
      lost();
    }
  };
  const connect = () => {
    stop();
    if (document.hidden) poll();
    else listen();
  };
  document.addEventListener("session-ended", () => {
    stop();
    showConnection("session");
  });
  document.addEventListener("visibilitychange", connect);
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => event.persisted && connect());
  connect();
}
