// "Ask this only if": offers the earlier questions, and of the chosen one its answers.

const MOST_NUMBERS = 21;

/** @typedef {{name: string, title: string, values: [any, string][]}} Earlier */

/** Fit what each question offers to the questions before it, as they now stand. @param {HTMLElement} form */
export function refreshConditions(form) {
  /** @type {Earlier[]} */
  const earlier = [];
  for (const row of form.querySelectorAll('[data-list="questions"] > [data-item]')) {
    const select = row.querySelector("[data-earlier]");
    const box = row.querySelector("[data-chosen]");
    if (select && box) offer(select, box, earlier);
    const one = described(row);
    if (one.values.length) earlier.push(one);
  }
}

/** @param {HTMLSelectElement} select @param {HTMLElement} box @param {Earlier[]} earlier */
function offer(select, box, earlier) {
  const wanted = select.value;
  const options = [["", "always"], ...earlier.map(({ name, title }) => [name, `only if “${title}” is …`])];
  const state = JSON.stringify(options);
  if (select.dataset.state !== state) {
    select.dataset.state = state;
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value, false, value === wanted)));
  }
  show(box, earlier.find(({ name }) => name === select.value)?.values ?? []);
  box.hidden = !select.value;
}

/** @param {HTMLElement} box @param {[any, string][]} values */
function show(box, values) {
  const state = JSON.stringify(values);
  if (box.dataset.state !== state) {
    box.dataset.state = state;
    const chosen = JSON.parse(box.dataset.chosen || "[]");
    box.replaceChildren(box.querySelector("legend"), ...values.map(([value, text]) => {
      const label = document.createElement("label");
      label.className = "form-check";
      const input = document.createElement("input");
      Object.assign(input, { type: "checkbox", className: "form-check-input", value: JSON.stringify(value), checked: chosen.includes(value) });
      label.append(input, text);
      return label;
    }));
  }
  const checked = [...box.querySelectorAll("input:checked")].map((input) => JSON.parse(input.value));
  box.dataset.chosen = JSON.stringify(checked);
}

/** What a later question can ask of this one. @param {HTMLElement} row @returns {Earlier} */
function described(row) {
  const text = (field) => row.querySelector(`[data-field="${field}"]`)?.value.trim() ?? "";
  const title = text("title");
  const { form } = row.dataset;
  let values = [];
  if (form === "label" || form === "set") {
    const labels = [...row.querySelectorAll('[data-list="config.labels"] > [data-item]')];
    const of = (label, field) => label.querySelector(`[data-field="${field}"]`)?.value.trim() ?? "";
    values = labels.map((label) => [of(label, "value") || of(label, "title"), of(label, "title") || of(label, "value")]).filter(([value]) => value);
  } else if (form === "number") {
    const [low, high] = [text("config.min"), text("config.max")];
    const count = low && high ? Number(high) - Number(low) + 1 : 0;
    if (count > 0 && count <= MOST_NUMBERS) values = Array.from({ length: count }, (_, i) => [Number(low) + i, String(Number(low) + i)]);
  }
  return { name: text("name") || nameFrom(title), title: title || text("name"), values };
}

/** As the server makes a name from a title. @param {string} title */
function nameFrom(title) {
  const plain = title.normalize("NFKD").replace(/[^\x00-\x7f]/g, "").toLowerCase();
  const name = plain.replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 60);
  if (/^[a-z][a-z0-9_-]*$/.test(name) && !["constructor", "prototype"].includes(name)) return name;
  return name ? `q_${name}`.slice(0, 60).replace(/_+$/, "") : "question";
}
