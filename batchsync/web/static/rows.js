// A table of up to millions of rows: only visible rows exist; blocks are loaded when they become visible.

import { announce, get } from "./http.js";

const ROW_HEIGHT = 34;
const BLOCK = 200;
const HEIGHT_MAX = 8_000_000; // browsers limit a page to some 17 to 33 million pixels; beyond this, a pixel is more than a row
const BLOCKS_KEPT = 60;

export function initTables(root = document) {
  for (const grid of root.querySelectorAll(".grid:not([data-ready])")) new RowTable(grid);
}

class RowTable {
  constructor(grid) {
    grid.dataset.ready = "1";
    this.grid = grid;
    this.space = grid.querySelector(".grid-space");
    this.body = grid.querySelector("tbody");
    this.table = grid.querySelector("table");
    this.section = grid.closest("section");
    this.status = "";
    this.search = "";
    this.blocks = new Map();
    this.total = Number(grid.dataset.total);
    this.drawn = -1;
    grid.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw(true)).observe(grid);
    grid.addEventListener("keydown", (event) => this.key(event));
    for (const chip of this.section.querySelectorAll("[data-status]")) chip.addEventListener("click", () => this.filter(chip));
    const field = this.section.querySelector("[data-search]");
    let timer;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.query(this.status, field.value), 180);
    });
    this.size();
    this.draw();
  }

  get visible() {
    return Math.max(1, Math.floor((this.grid.clientHeight - ROW_HEIGHT) / ROW_HEIGHT));
  }

  size() {
    const height = Math.min((this.total + 1) * ROW_HEIGHT, HEIGHT_MAX);
    this.space.style.height = `${Math.max(height, this.grid.clientHeight - 2)}px`;
  }

  get first() {
    const last = Math.max(0, this.total - this.visible);
    const scrollable = this.space.offsetHeight - this.grid.clientHeight;
    return scrollable <= 0 ? 0 : Math.min(last, Math.round((this.grid.scrollTop / scrollable) * last));
  }

  scrollToRow(row) {
    const last = Math.max(0, this.total - this.visible);
    const scrollable = this.space.offsetHeight - this.grid.clientHeight;
    const wanted = Math.max(0, Math.min(last, row));
    this.grid.scrollTop = last ? (wanted / last) * scrollable : 0;
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: this.visible, PageUp: -this.visible };
    if (event.target !== this.grid || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.scrollToRow(this.first + steps[event.key]);
    else if (event.key === "Home") this.scrollToRow(0);
    else if (event.key === "End") this.scrollToRow(this.total);
    else return;
    event.preventDefault();
  }

  filter(chip) {
    for (const each of this.section.querySelectorAll("[data-status]")) each.setAttribute("aria-pressed", String(each === chip));
    this.query(chip.dataset.status, this.search);
  }

  async query(status, search) {
    [this.status, this.search] = [status, search.trim()];
    this.blocks.clear();
    this.abort?.abort();
    this.abort = undefined;
    const block = await this.fetch(0);
    if (!block) return;
    this.grid.scrollTop = 0;
    this.size();
    this.draw(true);
    announce(`${this.total} ${this.grid.dataset.found}`);
  }

  fetch(number) {
    if (!this.blocks.has(number)) {
      this.abort ??= new AbortController();
      const parameters = new URLSearchParams({ first: number * BLOCK, count: BLOCK, status: this.status, q: this.search });
      const promise = get(`${this.grid.dataset.rows}?${parameters}`, this.abort.signal)
        .then((answer) => answer.json())
        .then((page) => {
          this.total = page.total;
          promise.rows = page.rows;
          return page;
        })
        .catch(() => {
          this.blocks.delete(number);
          return null;
        });
      this.blocks.set(number, promise);
      if (this.blocks.size > BLOCKS_KEPT) this.blocks.delete(this.blocks.keys().next().value);
    }
    return this.blocks.get(number);
  }

  draw(force = false) {
    const first = this.first;
    if (first === this.drawn && !force) return;
    this.drawn = first;
    const last = Math.min(this.total, first + this.visible + 1);
    const rows = [];
    const missing = new Set();
    for (let n = first; n < last; n += 1) {
      const block = this.blocks.get(Math.floor(n / BLOCK));
      const row = block?.rows?.[n % BLOCK];
      if (!row) missing.add(Math.floor(n / BLOCK));
      rows.push(this.row(row, n));
    }
    if (!rows.length) rows.push(this.none());
    this.body.replaceChildren(...rows);
    this.table.setAttribute("aria-rowcount", this.total + 1);
    this.loadBlocks(missing);
  }

  loadBlocks(missing) {
    if (!missing.size) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const pages = await Promise.all([...missing].map((number) => this.fetch(number)));
      if (pages.every(Boolean)) this.draw(true);
    }, this.blocks.size ? 40 : 0);
  }

  row(row, n) {
    const line = document.createElement("tr");
    line.setAttribute("aria-rowindex", n + 2);
    const cells = row
      ? [row.line, "", row.owner, row.name, row.points ?? "?", row.error, row.todo, row.api_status, row.calls || "", row.at]
      : ["…", "", "", "", "", "", "", "", "", ""];
    cells.forEach((text, column) => {
      const cell = document.createElement("td");
      if (column === 0 || column === 4 || column === 8) cell.className = "num";
      if (column === 1 || column === 2) cell.className = "mono";
      if (column === 3 && row) cell.className = `tag ${row.status}`;
      if (column === 1 && row?.number) cell.append(...this.orders(row.number));
      else cell.textContent = text;
      if ((column === 5 || column === 6) && text) cell.title = text;
      line.append(cell);
    });
    return line;
  }

  orders(numbers) {
    return numbers.split("\n").map((number, place) => {
      const link = document.createElement("a");
      link.href = `/orders?q=${encodeURIComponent(number)}`;
      link.textContent = (place ? ", " : "") + number;
      link.setAttribute("aria-label", `${this.grid.dataset.history} ${number}`);
      return link;
    });
  }

  none() {
    const line = document.createElement("tr");
    const cell = document.createElement("td");
    cell.colSpan = 10;
    cell.className = "none";
    cell.textContent = this.grid.dataset.none;
    line.append(cell);
    return line;
  }
}
