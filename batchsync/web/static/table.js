// A table of a million rows: only those in sight exist; blocks of them are fetched as they come into sight.

import { get, say } from "./net.js";

const ROW = 34;
const BLOCK = 200;
const TALLEST = 8_000_000; // browsers end a page at some 17 to 33 million pixels; beyond this, a pixel is more than a row
const KEPT = 60;

export function grids(root = document) {
  for (const grid of root.querySelectorAll(".grid:not([data-ready])")) new Rows(grid);
}

class Rows {
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
      timer = setTimeout(() => this.wish(this.status, field.value), 180);
    });
    this.size();
    this.draw();
  }

  get fits() {
    return Math.max(1, Math.floor((this.grid.clientHeight - ROW) / ROW));
  }

  size() {
    const height = Math.min((this.total + 1) * ROW, TALLEST);
    this.space.style.height = `${Math.max(height, this.grid.clientHeight - 2)}px`;
  }

  get first() {
    const most = Math.max(0, this.total - this.fits);
    const way = this.space.offsetHeight - this.grid.clientHeight;
    return way <= 0 ? 0 : Math.min(most, Math.round((this.grid.scrollTop / way) * most));
  }

  go(row) {
    const most = Math.max(0, this.total - this.fits);
    const way = this.space.offsetHeight - this.grid.clientHeight;
    const wanted = Math.max(0, Math.min(most, row));
    this.grid.scrollTop = most ? (wanted / most) * way : 0;
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: this.fits, PageUp: -this.fits };
    if (event.target !== this.grid || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.go(this.first + steps[event.key]);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(this.total);
    else return;
    event.preventDefault();
  }

  filter(chip) {
    for (const each of this.section.querySelectorAll("[data-status]")) each.setAttribute("aria-pressed", String(each === chip));
    this.wish(chip.dataset.status, this.search);
  }

  async wish(status, search) {
    [this.status, this.search] = [status, search.trim()];
    this.blocks.clear();
    this.abort?.abort();
    this.abort = undefined;
    const block = await this.fetch(0);
    if (!block) return;
    this.grid.scrollTop = 0;
    this.size();
    this.draw(true);
    say(`${this.total} ${this.grid.dataset.found}`);
  }

  fetch(number) {
    if (!this.blocks.has(number)) {
      this.abort ??= new AbortController();
      const wishes = new URLSearchParams({ first: number * BLOCK, count: BLOCK, status: this.status, q: this.search });
      const promise = get(`${this.grid.dataset.rows}?${wishes}`, this.abort.signal)
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
      if (this.blocks.size > KEPT) this.blocks.delete(this.blocks.keys().next().value);
    }
    return this.blocks.get(number);
  }

  draw(anew = false) {
    const first = this.first;
    if (first === this.drawn && !anew) return;
    this.drawn = first;
    const last = Math.min(this.total, first + this.fits + 1);
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
    this.want(missing);
  }

  want(missing) {
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
    cells.forEach((text, place) => {
      const cell = document.createElement("td");
      if (place === 0 || place === 4 || place === 8) cell.className = "num";
      if (place === 1 || place === 2) cell.className = "mono";
      if (place === 3 && row) cell.className = `tag ${row.status}`;
      if (place === 1 && row?.number) cell.append(...this.orders(row.number));
      else cell.textContent = text;
      if ((place === 5 || place === 6) && text) cell.title = text;
      line.append(cell);
    });
    return line;
  }

  orders(numbers) {
    return numbers.split("\n").map((number, place) => {
      const link = document.createElement("a");
      link.href = `/orders?q=${encodeURIComponent(number)}`;
      link.textContent = (place ? ", " : "") + number;
      link.setAttribute("aria-label", `${this.grid.dataset.life} ${number}`);
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
