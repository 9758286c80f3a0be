// Uploading: files can be dropped, their size is checked before they travel, and a bar shows how far
// they are. Without this script the form works all the same.

for (const form of document.querySelectorAll("[data-upload]")) watch(/** @type {HTMLFormElement} */ (form));

/** @param {HTMLFormElement} form */
function watch(form) {
  const file = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]"));
  const drop = form.querySelector("[data-drop]");
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("is-over", name === "dragover");
    });
  }
  drop.addEventListener("drop", (event) => {
    const dropped = /** @type {DragEvent} */ (event).dataTransfer;
    if (!dropped?.files.length) return;
    file.files = dropped.files;
    file.dispatchEvent(new Event("change", { bubbles: true }));
  });
  file.addEventListener("change", () => refuse(form, tooLarge(form, file)));
  form.addEventListener("submit", (event) => {
    const why = tooLarge(form, file);
    refuse(form, why);
    if (why) event.preventDefault();
    else if (file.files.length) {
      event.preventDefault();
      send(form);
    }
  });
}

/** Why the chosen file is too large, or nothing. */
function tooLarge(form, file) {
  const most = Number(form.dataset.most);
  const size = file.files[0]?.size ?? 0;
  if (size <= most) return "";
  return `The file has ${megabytes(size)} MB; ${megabytes(most)} MB is the most. Split it into several.`;
}

function megabytes(bytes) {
  return Math.ceil(bytes / 1024 ** 2).toLocaleString("en");
}

function refuse(form, why) {
  const line = form.querySelector("[data-refused]");
  line.textContent = why;
  line.hidden = !why;
}

/** Sends the form and shows how much of it has gone. */
function send(form) {
  const request = new XMLHttpRequest();
  const shown = form.querySelector("[data-progress]");
  const bar = shown.querySelector("progress");
  const words = shown.querySelector("[data-words]");
  const button = form.querySelector("button[type=submit]");
  const end = (why) => {
    shown.hidden = true;
    button.disabled = false;
    refuse(form, why);
  };
  shown.hidden = false;
  button.disabled = true;
  refuse(form, "");
  request.upload.addEventListener("progress", (event) => {
    bar.value = (100 * event.loaded) / event.total;
    words.textContent = event.loaded < event.total
      ? `${megabytes(event.loaded)} of ${megabytes(event.total)} MB` : "Looking at its first rows";
  });
  request.addEventListener("error", () => end("The connection broke. Nothing was kept; send it again."));
  request.addEventListener("load", () => {
    if (request.status < 300) location.assign(request.responseURL);
    else end(said(request));
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

/** What the server's page says is wrong: what it marks as an error, else its main sentence. */
function said(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const found = page.querySelector(".form-error, .notice-bad li, main p.second");
  return found?.textContent.trim() || `The server answered ${request.status}. Nothing was kept.`;
}
