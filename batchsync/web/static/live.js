// Follows the server: numbers of the run under way, and parts of this page that have changed.

import { get, load, say } from "./net.js";

const numbers = new Intl.NumberFormat(document.documentElement.lang);
const shown = (value) => numbers.format(value);
let lost = false;
let announced = -1;

function clock(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const put = (root, name, text) => {
  for (const at of root.querySelectorAll(`[data-live="${name}"]`)) if (at.textContent !== text) at.textContent = text;
};

function left(at, live) {
  const words = at.dataset;
  if (live.stopping) return words.stopping;
  if (live.paused) return words.paused;
  if (live.total > 0 && live.done >= live.total) return words.writing;
  return live.left_s === null ? words.start : words.calm.replace("%", clock(live.left_s));
}

function showLive(live) {
  const share = live.total ? live.done / live.total : 0;
  const percent = `${Math.floor(share * 100)} %`;
  const chip = document.getElementById("live-chip");
  if (chip) {
    chip.hidden = false;
    chip.href = `/files/${live.id}`;
    put(chip, "short", percent);
  }
  const row = document.querySelector(`.file[data-file="${live.id}"]`);
  if (row) {
    const bar = row.querySelector("[data-live=bar]");
    if (bar) bar.value = share * 100;
    put(row, "percent", percent);
  }
  const card = document.querySelector(`[data-live-of="${live.id}"]`);
  if (card) showCard(card, live, share, percent);
  document.title = document.title.replace(/^(\d+ % · )?/, `${percent} · `);
}

function showCard(card, live, share, percent) {
  for (const name of ["total", "done", "synced", "failed", "uncertain", "points", "committed", "in_flight"]) put(card, name, shown(live[name]));
  put(card, "rate", shown(live.rate));
  put(card, "percent", percent);
  const at = card.querySelector("[data-live=left]");
  at.textContent = left(at, live);
  const bar = card.querySelector("[data-live=progress]");
  bar.setAttribute("aria-valuenow", Math.floor(share * 100));
  for (const name of ["synced", "failed", "uncertain"]) bar.querySelector(`.${name}`).style.width = `${(live[name] / (live.total || 1)) * 100}%`;
  const meter = card.querySelector("[data-live=meter]");
  if (meter && live.cap) {
    const used = Math.min(1, live.committed / live.cap);
    meter.setAttribute("aria-valuenow", live.committed);
    meter.firstElementChild.style.width = `${used * 100}%`;
    meter.classList.toggle("near", used >= 0.8 && used < 1);
    meter.classList.toggle("full", used >= 1);
  }
  card.querySelector("[data-act=pause]").hidden = live.paused;
  card.querySelector("[data-act=resume]").hidden = !live.paused;
  for (const act of ["pause", "resume", "stop"]) card.querySelector(`[data-act=${act}]`).disabled = live.stopping;
  showKinds(document.querySelector("[data-live=kinds]"), live.kinds);
  const tenth = Math.floor(share * 10);
  if (tenth !== announced) {
    if (announced >= 0) say(percent);
    announced = tenth;
  }
}

function showKinds(list, kinds) {
  const told = JSON.stringify(kinds);
  if (!list || list.dataset.told === told) return;
  list.dataset.told = told;
  const lines = kinds.map((kind) => {
    const line = document.createElement("li");
    const count = document.createElement("b");
    count.className = `num ${kind.state === "uncertain" ? "uncertain" : "failed"}`;
    count.textContent = shown(kind.count);
    const text = document.createElement("span");
    text.textContent = kind.said;
    line.append(count, text);
    return line;
  });
  if (!lines.length) {
    const none = document.createElement("li");
    none.className = "soft";
    none.textContent = list.dataset.none;
    lines.push(none);
  }
  list.replaceChildren(...lines);
}

// --- Parts that have changed

const busy = new Set();
const TRY_AGAIN_MS = 2000;
let latest = null;

// While a part is fetched, or a question is open, news only waits: what came last is looked at again afterwards.
async function refresh(place) {
  if (busy.has(place)) return;
  busy.add(place);
  try {
    await load(place, place.dataset.part);
    busy.delete(place);
    changed(latest);
    if (latest.live) showLive(latest.live);
  } catch {
    busy.delete(place);
    setTimeout(() => changed(latest), TRY_AGAIN_MS);
  }
}

document.addEventListener("close", () => latest && changed(latest), true);

function changed(stand) {
  latest = stand;
  const list = document.getElementById("file-list");
  if (list) {
    const here = [...list.querySelectorAll(".file")].map((file) => `${file.dataset.file}:${file.dataset.version}`).sort().join();
    const there = stand.files.map((file) => `${file.id}:${file.version}`).sort().join();
    if (here !== there) refresh(list);
  }
  const watched = document.querySelector("[data-watch]");
  if (watched) {
    const file = stand.files.find((each) => each.id === watched.dataset.watch);
    const version = watched.querySelector("[data-version]")?.dataset.version;
    if (!file) location.href = "/";
    else if (String(file.version) !== version && !document.querySelector("dialog[open]")) refresh(watched);
  }
}

function connection(isLost, locked = false) {
  const banner = document.getElementById("lost");
  banner.hidden = !isLost;
  banner.querySelector("[data-when=lost]").hidden = locked;
  banner.querySelector("[data-when=locked]").hidden = !locked;
  if (lost && !isLost) say(banner.dataset.back);
  lost = isLost;
}

// A browser gives a site six connections, whatever the number of its tabs: one in the background asks now and then instead.
const CALM_MS = 5000;

function show(stand) {
  changed(stand);
  if (stand.live) return showLive(stand.live);
  const chip = document.getElementById("live-chip");
  if (chip) chip.hidden = true;
  document.title = document.title.replace(/^\d+ % · /, "");
  announced = -1;
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
  const lostNow = async () => {
    stop();
    connection(true);
    const answer = await fetch("/api/stand").catch(() => null);
    if (answer?.status === 401) return connection(true, true);
    timer = setTimeout(begin, wait);
    wait = Math.min(wait * 1.6, 10000);
  };
  const listen = () => {
    source = new EventSource("/api/events");
    source.onopen = () => {
      wait = 1000;
      connection(false);
    };
    source.onmessage = (event) => show(JSON.parse(event.data));
    source.onerror = lostNow;
  };
  const askNowAndThen = async () => {
    try {
      show(await (await get("/api/stand")).json());
      timer = setTimeout(askNowAndThen, CALM_MS);
    } catch {
      timer = setTimeout(begin, CALM_MS);
    }
  };
  const begin = () => {
    stop();
    if (document.hidden) askNowAndThen();
    else listen();
  };
  document.addEventListener("locked", () => {
    stop();
    connection(true, true);
  });
  document.addEventListener("visibilitychange", begin);
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => event.persisted && begin());
  begin();
}
