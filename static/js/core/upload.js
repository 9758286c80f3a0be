// Uploading: files can be dropped, their size is checked before they travel, and a bar shows how far
// they are. Without this script the form works all the same.

/**
 * @param {HTMLFormElement} form
 * @param {{ chosen?: () => File[], pack?: () => Promise<File[]>, after?: string }} [more]
 *   what to count and to send instead of the input's own files, and what the server does with them
 */
export function watch(form, more = {}) {
  const file = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]"));
  const chosen = more.chosen ?? (() => [...file.files]);
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
  form.addEventListener("change", () => refuse(form, tooLarge(form, chosen())));
  form.addEventListener("submit", (event) => {
    const files = chosen();
    const why = tooLarge(form, files);
    refuse(form, why);
    if (!why && !files.length) return;
    event.preventDefault();
    if (!why) send(form, file.name, more);
  });
}

/** Why what was chosen is too large, or nothing. */
function tooLarge(form, files) {
  const most = Number(form.dataset.most);
  const size = files.reduce((sum, one) => sum + one.size, 0);
  if (size <= most) return "";
  const what = files.length === 1 ? "The file has" : "The files have";
  return `${what} ${megabytes(size)} MB; ${megabytes(most)} MB is the most. Split ${files.length === 1 ? "it" : "them"} into several.`;
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
async function send(form, name, { pack, after = "Looking at its first rows" }) {
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
  const data = new FormData(form);
  try {
    const packed = await pack?.();
    if (packed) data.delete(name);
    for (const one of packed ?? []) data.append(name, one);
  } catch {
    end("Not all of the files can be read. Choose them again.");
    return;
  }
  request.upload.addEventListener("progress", (event) => {
    bar.value = (100 * event.loaded) / event.total;
    words.textContent = event.loaded < event.total
      ? `${megabytes(event.loaded)} of ${megabytes(event.total)} MB` : after;
  });
  request.addEventListener("error", () => end("The connection broke. Nothing was kept; send it again."));
  request.addEventListener("load", () => {
    if (request.status < 300) location.assign(request.responseURL);
    else end(said(request));
  });
  request.open("POST", form.action);
  request.send(data);
}

/** What the server's page says is wrong: what it marks as an error, else its main sentence. */
function said(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const found = page.querySelector(".form-error:not([hidden]), .notice-bad li, main p.second");
  return found?.textContent.trim() || `The server answered ${request.status}. Nothing was kept.`;
}
