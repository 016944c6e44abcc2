// Talks to the server: actions, parts of pages, and what went wrong.

export const say = (text) => {
  document.getElementById("say").textContent = text;
};

export const fault = (text) => {
  const toast = document.getElementById("fault");
  toast.querySelector("span").textContent = text;
  toast.hidden = !text;
};

async function told(response) {
  if (response.ok) return response;
  const type = response.headers.get("Content-Type") || "";
  const said = type.includes("json") ? (await response.json()).error : "";
  if (response.status === 401) document.dispatchEvent(new Event("locked"));
  throw new Error(said || `${response.status} ${response.statusText}`);
}

export async function post(path, body, headers = { "Content-Type": "application/json" }) {
  const raw = typeof body === "string" ? body : JSON.stringify(body ?? {});
  return (await told(await fetch(path, { method: "POST", headers, body: raw }))).json();
}

export async function get(path, signal) {
  return told(await fetch(path, { signal }));
}

const asked = new WeakMap();

// Puts a part of a page in its place; the focus stays where it was.
export async function load(place, path) {
  const turn = (asked.get(place) ?? 0) + 1;
  asked.set(place, turn);
  const html = await (await get(path)).text();
  if (asked.get(place) !== turn) return; // asked again meanwhile: an older answer must not lie over a newer one
  const at = focusOf(place);
  place.innerHTML = html;
  place.classList.remove("loading");
  place.removeAttribute("aria-busy");
  if (at) (place.querySelector(at) || place.querySelector("h1, h2"))?.focus();
  document.dispatchEvent(new CustomEvent("loaded", { detail: place }));
}

function focusOf(place) {
  const active = document.activeElement;
  if (!active || !place.contains(active)) return "";
  if (active.id) return `#${CSS.escape(active.id)}`;
  return ["act", "status", "decision"]
    .filter((name) => active.dataset[name])
    .map((name) => `[data-${name}="${CSS.escape(active.dataset[name])}"]`)[0] || "";
}
