// The page on which a person tries what a guest serves. A form is made of each parameter's schema,
// and every value is the text that a person typed until it is sent, so that no number is rounded.
"use strict";

const base = location.pathname.replace(/\/$/, "");
const byId = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// An input of a value: an element, and the function that returns the value as JSON text.
function field(schema) {
  const options = schema.oneOf || schema.anyOf;
  if (schema.type === "boolean") return checkbox();
  if (schema.type === "integer") return number();
  if (schema.enum) return choice(schema.enum);
  if (schema.type === "null") return { element: element("span"), read: () => "null" };
  if (schema.const !== undefined) {
    return { element: element("span"), read: () => JSON.stringify(schema.const) };
  }
  if (schema.type === "string") return text();
  if (options) return optionsField(schema, options);
  if (schema.type === "array" && schema.items && schema.items.enum) return flags(schema.items.enum);
  if (schema.prefixItems) return tuple(schema.prefixItems);
  if (schema.type === "array") return list(schema.items);
  if (schema.type === "object" && schema.properties) return record(schema.properties);
  return raw();
}

function optionsField(schema, options) {
  const [first, second] = options;
  // A 64-bit number, which may be sent as text; and a floating-point one with its three names.
  if (first.type === "integer" && second.type === "string") return number();
  if (first.type === "number") return floating();
  if (first.type === "null") return optional(second);
  if (second && second.type === "array" && first.pattern) return bytes();
  if (first.additionalProperties && !first.properties) return raw();
  return cases(options);
}

function text() {
  const input = element("textarea", { rows: 1 });
  return { element: input, read: () => JSON.stringify(input.value) };
}

function number() {
  const input = element("input", { inputMode: "numeric", value: "0", pattern: "-?[0-9]+", required: true });
  // Digits go into the JSON as they are: a number of JavaScript could not hold 64 bits.
  return { element: input, read: () => input.value.trim().replace(/^(-?)0+(?=\d)/, "$1") || "0" };
}

function floating() {
  const input = element("input", { inputMode: "decimal", value: "0" });
  const names = ["nan", "inf", "-inf"];
  const read = () => (names.includes(input.value) ? JSON.stringify(input.value) : String(Number(input.value)));
  return { element: input, read };
}

function checkbox() {
  const input = element("input", { type: "checkbox" });
  return { element: input, read: () => String(input.checked) };
}

function choice(names) {
  const input = element("select", {}, ...names.map((name) => element("option", { value: name }, name)));
  return { element: input, read: () => JSON.stringify(input.value) };
}

function flags(names) {
  const inputs = names.map((name) => [name, element("input", { type: "checkbox" })]);
  const labels = inputs.map(([name, input]) => element("label", {}, input, ` ${name}`));
  const read = () => JSON.stringify(inputs.filter(([, input]) => input.checked).map(([name]) => name));
  return { element: element("fieldset", {}, ...labels), read };
}

function bytes() {
  const input = element("textarea", { rows: 1, placeholder: "text, or data:;base64,…" });
  const read = () => {
    if (input.value.startsWith("data:")) return JSON.stringify(input.value);
    return JSON.stringify([...new TextEncoder().encode(input.value)]);
  };
  return { element: input, read };
}

function optional(schema) {
  const is = element("input", { type: "checkbox" });
  const inner = field(schema);
  inner.element.hidden = true;
  is.addEventListener("change", () => (inner.element.hidden = !is.checked));
  const box = element("div", {}, element("label", {}, is, " given"), inner.element);
  return { element: box, read: () => (is.checked ? inner.read() : "null") };
}

function caseName(schema) {
  return schema.const !== undefined ? String(schema.const) : Object.keys(schema.properties)[0];
}

function cases(options) {
  const select = element("select", {}, ...options.map((one, place) => element("option", { value: place }, caseName(one))));
  const box = element("div");
  let inner;
  const change = () => {
    const schema = options[Number(select.value)];
    const name = caseName(schema);
    inner = schema.const !== undefined ? field(schema) : field(schema.properties[name]);
    box.replaceChildren(select, inner.element);
  };
  select.addEventListener("change", () => { change(); select.focus(); });
  change();
  const read = () => {
    const schema = options[Number(select.value)];
    return schema.const !== undefined ? inner.read() : `{${JSON.stringify(caseName(schema))}:${inner.read()}}`;
  };
  return { element: box, read };
}

function list(schema) {
  const fields = [];
  const rows = element("div");
  const add = element("button", { type: "button" }, "Add");
  add.addEventListener("click", () => {
    const one = field(schema);
    const remove = element("button", { type: "button", ariaLabel: "Remove" }, "×");
    const row = element("div", { className: "item" }, one.element, remove);
    remove.addEventListener("click", () => { fields.splice(fields.indexOf(one), 1); row.remove(); add.focus(); });
    fields.push(one);
    rows.append(row);
  });
  const read = () => `[${fields.map((one) => one.read()).join(",")}]`;
  return { element: element("fieldset", {}, rows, add), read };
}

function tuple(schemas) {
  const fields = schemas.map(field);
  const rows = fields.map((one, place) => element("label", {}, `${place} `, wit(schemas[place]), one.element));
  return { element: element("fieldset", {}, ...rows), read: () => `[${fields.map((one) => one.read()).join(",")}]` };
}

function record(properties) {
  const fields = Object.entries(properties).map(([name, schema]) => [name, field(schema), schema]);
  const rows = fields.map(([name, one, schema]) => element("label", {}, `${name} `, wit(schema), one.element));
  const read = () => `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${one.read()}`).join(",")}}`;
  return { element: element("fieldset", {}, ...rows), read };
}

function raw() {
  const input = element("textarea", { rows: 3, value: "null", spellcheck: false });
  return { element: input, read: () => input.value };
}

function wit(schema) {
  return element("span", { className: "wit" }, schema["x-wit"] || "");
}

function show(one, generation) {
  const section = byId("function");
  const form = element("form");
  const fields = Object.entries(one.params.properties).map(([name, schema]) => [name, field(schema), schema]);
  for (const [name, input, schema] of fields) {
    form.append(element("label", {}, `${name} `, wit(schema), input.element));
  }
  const values = () => fields.map(([, input]) => input.read());
  const answer = element("div", { role: "status" });
  form.append(element("button", {}, "Call"));
  form.addEventListener("submit", (event) => { event.preventDefault(); send(one, values(), answer); });
  const docs = one.docs ? [element("p", {}, one.docs)] : [];
  section.replaceChildren(element("h2", {}, one.name), ...docs, element("pre", {}, one.wit), form, answer);
  const focus = form.querySelector("input, textarea, select, button");
  if (focus) focus.focus();
}

async function send(one, values, answer) {
  const names = Object.keys(one.params.properties);
  const body = `{${names.map((name, place) => `${JSON.stringify(name)}:${values[place]}`).join(",")}}`;
  const path = `${base}/call/${one.name}`;
  const headers = { "Content-Type": "application/json" };
  const token = byId("token").querySelector("input").value;
  if (token) headers.Authorization = `Bearer ${token}`;
  answer.replaceChildren("Calling …");
  try {
    const response = await fetch(path, { method: "POST", headers, body });
    const text = await response.text();
    const good = response.status === 200;
    const timing = response.headers.get("Server-Timing") || "";
    const title = element("h3", { className: good ? "good" : "bad" }, `${response.status} ${timing}`);
    answer.replaceChildren(title, ...told(response, text), ...typed(one, path, body, values));
  } catch (error) {
    answer.replaceChildren(element("h3", { className: "bad" }, "no answer"), element("pre", {}, String(error)));
  }
}

// What came back: a value as it was sent, or what a problem document says.
function told(response, text) {
  if (!(response.headers.get("Content-Type") || "").includes("problem+json")) {
    return [element("pre", { id: "result" }, text)];
  }
  const problem = JSON.parse(text);
  const lines = [problem.report || problem.detail, ...(problem.nearest || []).map((name) => `did you mean ${name}?`)];
  return [element("pre", { id: "result" }, lines.join("\n"))];
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// The same call as a person types it.
function typed(one, path, body, values) {
  const url = location.origin + path;
  const curl = `curl -d ${quoted(body)} -H 'Content-Type: application/json' ${quoted(url)}`;
  const words = values.map(quoted).join(" ");
  const command = `wit-host call --json GUEST ${quoted(one.name)} ${words}`;
  return [element("h3", {}, "The same, typed"), element("pre", {}, `${curl}\n${command}`)];
}

async function load() {
  const response = await fetch(`${base}/functions`);
  const served = await response.json();
  if (!response.ok) throw new Error(served.detail);
  byId("openapi").href = `${base}/openapi.json`;
  byId("wit").href = `${base}/wit`;
  byId("token").hidden = !served.needs_token;
  byId("about").textContent = `a ${served.kind}, generation ${served.generation}`;
  const list = byId("functions");
  let group = null;
  for (const one of served.functions) {
    const dot = one.name.indexOf("/") < 0 ? -1 : one.name.lastIndexOf(".");
    const home = dot < 0 ? "" : one.name.slice(0, dot);
    if (home !== group && home) list.append(element("li", {}, element("h2", {}, home)));
    group = home;
    const button = element("button", { type: "button" }, one.name.slice(dot + 1));
    button.addEventListener("click", () => {
      for (const other of list.querySelectorAll("button")) other.removeAttribute("aria-current");
      button.setAttribute("aria-current", "true");
      show(one, served.generation);
    });
    list.append(element("li", {}, button));
  }
  for (const one of served.left_out) {
    list.append(element("li", { className: "left-out", title: one.reason }, `${one.name} is not served: ${one.reason}`));
  }
}

load().catch((error) => (byId("about").textContent = String(error)));
