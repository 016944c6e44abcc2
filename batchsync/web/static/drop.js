// Hands files in: dropped, chosen or pasted, with how far each has come.

import { fault, post } from "./net.js";

export function dropzone() {
  const zone = document.getElementById("drop");
  if (!zone) return;
  const input = document.getElementById("files");
  zone.querySelector("[data-act=choose]").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    handIn(zone, [...input.files]);
    input.value = "";
  });
  let depth = 0;
  const over = (on) => zone.classList.toggle("over", on);
  addEventListener("dragenter", () => over((depth += 1) > 0));
  addEventListener("dragleave", () => over((depth -= 1) > 0));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    over(false);
    if (event.dataTransfer.files.length) handIn(zone, [...event.dataTransfer.files]);
  });
  pasting(zone);
}

async function handIn(zone, files) {
  const ids = [];
  for (const file of files) {
    const line = lineOf(file.name, zone.dataset.uploading);
    if (file.size > Number(zone.dataset.most) * 1024 * 1024) {
      line.fail(zone.dataset.tooLarge);
      continue;
    }
    try {
      ids.push((await upload(file, line.at, zone.dataset.lost)).id);
      line.done();
    } catch (error) {
      line.fail(error.message);
    }
  }
  if (files.length === 1 && ids.length === 1) location.href = `/files/${ids[0]}`;
}

function lineOf(name, word) {
  const line = document.createElement("li");
  const text = document.createElement("span");
  text.textContent = `${name} · ${word}`;
  const bar = document.createElement("div");
  bar.className = "bar";
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-label", name);
  bar.setAttribute("aria-valuemin", "0");
  bar.setAttribute("aria-valuemax", "100");
  const fill = document.createElement("i");
  bar.append(fill);
  line.append(text, bar);
  document.getElementById("uploads").append(line);
  return {
    at: (share) => {
      fill.style.width = `${share * 100}%`;
      bar.setAttribute("aria-valuenow", Math.round(share * 100));
    },
    done: () => line.remove(),
    fail: (why) => {
      bar.remove();
      text.textContent = `${name} · ${why}`;
      line.className = "failed";
      line.setAttribute("role", "alert");
    },
  };
}

// fetch tells nothing of an upload's progress, so the older way it is.
function upload(file, progress, lost) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/files?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.onload = () => (request.status === 201 ? resolve(request.response) : reject(new Error(request.response?.error || lost)));
    request.onerror = () => reject(new Error(lost));
    request.send(file);
  });
}

function pasting(zone) {
  const dialog = document.getElementById("paste");
  const text = document.getElementById("pasted");
  zone.querySelector("[data-act=paste]").addEventListener("click", () => {
    text.value = "";
    dialog.showModal();
  });
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== "yes" || !text.value.trim()) return;
    try {
      location.href = `/files/${(await post("/api/pastes", text.value, { "Content-Type": "text/plain" })).id}`;
    } catch (error) {
      fault(error.message);
    }
  });
}
