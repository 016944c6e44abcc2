// Uploads files: dropped, chosen or pasted, with their progress.

import { post, showError } from "./http.js";

export function initUpload() {
  const zone = document.getElementById("dropzone");
  if (!zone) return;
  const input = document.getElementById("files");
  zone.querySelector("[data-action=choose]").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    uploadAll(zone, [...input.files]);
    input.value = "";
  });
  let depth = 0;
  const highlight = (on) => zone.classList.toggle("over", on);
  addEventListener("dragenter", () => highlight((depth += 1) > 0));
  addEventListener("dragleave", () => highlight((depth -= 1) > 0));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    highlight(false);
    if (event.dataTransfer.files.length) uploadAll(zone, [...event.dataTransfer.files]);
  });
  initPaste(zone);
}

async function uploadAll(zone, files) {
  const ids = [];
  for (const file of files) {
    const line = progressLine(file.name, zone.dataset.uploading);
    if (file.size > Number(zone.dataset.maxMb) * 1024 * 1024) {
      line.fail(zone.dataset.tooLarge);
      continue;
    }
    try {
      ids.push((await upload(file, line.progress, zone.dataset.failed)).id);
      line.done();
    } catch (error) {
      line.fail(error.message);
    }
  }
  if (files.length === 1 && ids.length === 1) location.href = `/files/${ids[0]}`;
}

function progressLine(name, label) {
  const line = document.createElement("li");
  const text = document.createElement("span");
  text.textContent = `${name} · ${label}`;
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
    progress: (share) => {
      fill.style.width = `${share * 100}%`;
      bar.setAttribute("aria-valuenow", Math.round(share * 100));
    },
    done: () => line.remove(),
    fail: (reason) => {
      bar.remove();
      text.textContent = `${name} · ${reason}`;
      line.className = "failed";
      line.setAttribute("role", "alert");
    },
  };
}

// fetch does not report the progress of an upload.
function upload(file, progress, failed) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/files?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.onload = () => (request.status === 201 ? resolve(request.response) : reject(new Error(request.response?.error || failed)));
    request.onerror = () => reject(new Error(failed));
    request.send(file);
  });
}

function initPaste(zone) {
  const dialog = document.getElementById("paste");
  const text = document.getElementById("pasted");
  zone.querySelector("[data-action=paste]").addEventListener("click", () => {
    text.value = "";
    dialog.showModal();
  });
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== "yes" || !text.value.trim()) return;
    try {
      location.href = `/files/${(await post("/api/pastes", text.value, { "Content-Type": "text/plain" })).id}`;
    } catch (error) {
      showError(error.message);
    }
  });
}
