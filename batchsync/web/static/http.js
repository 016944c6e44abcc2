// Requests to the server, and the parts of a page that it renders.

export const announce = (text) => {
  document.getElementById("announcer").textContent = text;
};

export const showError = (text) => {
  const toast = document.getElementById("error");
  toast.querySelector("span").textContent = text;
  toast.hidden = !text;
};

async function checked(response) {
  if (response.ok) return response;
  const type = response.headers.get("Content-Type") || "";
  const message = type.includes("json") ? (await response.json()).error : "";
  if (response.status === 401) document.dispatchEvent(new Event("session-ended"));
  throw new Error(message || `${response.status} ${response.statusText}`);
}

export async function post(path, body, headers = { "Content-Type": "application/json" }) {
  const raw = typeof body === "string" ? body : JSON.stringify(body ?? {});
  return (await checked(await fetch(path, { method: "POST", headers, body: raw }))).json();
}

export async function get(path, signal) {
  return checked(await fetch(path, { signal }));
}

const requests = new WeakMap();

// Loads a part of the page into an element; the focus stays where it was.
export async function load(element, path) {
  const request = (requests.get(element) ?? 0) + 1;
  requests.set(element, request);
  const html = await (await get(path)).text();
  if (requests.get(element) !== request) return; // a newer request is under way: its response counts
  const focused = focusSelector(element);
  element.innerHTML = html;
  element.classList.remove("loading");
  element.removeAttribute("aria-busy");
  if (focused) (element.querySelector(focused) || element.querySelector("h1, h2"))?.focus();
  document.dispatchEvent(new CustomEvent("loaded", { detail: element }));
}

function focusSelector(element) {
  const active = document.activeElement;
  if (!active || !element.contains(active)) return "";
  if (active.id) return `#${CSS.escape(active.id)}`;
  return ["action", "status", "decision"]
    .filter((name) => active.dataset[name])
    .map((name) => `[data-${name}="${CSS.escape(active.dataset[name])}"]`)[0] || "";
}
