// Uploads files on every page: dropped, chosen or pasted, with their progress.

import { post, showError } from "./http.js";

export function initUpload() {
  const settings = document.getElementById("upload");
  if (!settings) return;
  let depth = 0;
  const highlight = (on) => document.body.classList.toggle("dropping", on);
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragenter", (event) => hasFiles(event) && highlight((depth += 1) > 0));
  addEventListener("dragleave", (event) => hasFiles(event) && highlight((depth -= 1) > 0));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    highlight(false);
    if (event.dataTransfer.files.length) uploadAll(settings, [...event.dataTransfer.files]);
  });
  addEventListener("paste", (event) => {
    if (event.target.matches?.("input, textarea")) return;
    const files = [...event.clipboardData.files];
    const text = event.clipboardData.getData("text/plain");
    if (files.length) uploadAll(settings, files);
    else if (text.trim().includes("\n") || text.includes("\t")) uploadPasted(text);
  });
  addEventListener("change", (event) => {
    const input = event.target;
    if (input.id === "files") uploadAll(settings, [...input.files]);
    else if (input.dataset.replace && input.files.length) uploadAll(settings, [input.files[0]], input.dataset.replace);
    else return;
    input.value = "";
  });
  initPaste();
}

async function uploadAll(settings, files, replaced = "") {
  const ids = [];
  for (const file of files) {
    const line = progressLine(file.name, settings.dataset.uploading);
    if (file.size > Number(settings.dataset.maxMb) * 1024 * 1024) {
      line.fail(settings.dataset.tooLarge);
      continue;
    }
    try {
      const path = replaced ? `/api/files/${replaced}/content` : "/api/files";
      ids.push((await upload(path, file, line.progress, settings.dataset.failed)).id);
      line.done();
    } catch (error) {
      line.fail(error.message);
    }
  }
  const isList = location.pathname === "/";
  if (replaced || !ids.length) return;
  if (files.length === 1) location.href = `/files/${ids[0]}`;
  else if (!isList && ids.length === files.length) location.href = "/";
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
function upload(path, file, progress, failed) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${path}?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.onload = () => (request.status === 201 ? resolve(request.response) : reject(new Error(request.response?.error || failed)));
    request.onerror = () => reject(new Error(failed));
    request.send(file);
  });
}

async function uploadPasted(text) {
  try {
    location.href = `/files/${(await post("/api/pastes", text, { "Content-Type": "text/plain" })).id}`;
  } catch (error) {
    showError(error.message);
  }
}

function initPaste() {
  const dialog = document.getElementById("paste");
  if (!dialog) return;
  const text = document.getElementById("pasted");
  document.querySelector("[data-action=paste]").addEventListener("click", () => {
    text.value = "";
    dialog.showModal();
  });
  document.querySelector("[data-action=choose]").addEventListener("click", () => document.getElementById("files").click());
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes" && text.value.trim()) uploadPasted(text.value);
  });
}
