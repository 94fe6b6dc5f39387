// The page on which a person tries what a guest serves. A form is made of each parameter's schema,
// and every value is the text that a person typed until it is sent, so that no number is rounded.
"use strict";

const base = location.pathname.replace(/\/$/, "");
const byId = (id) => document.getElementById(id);

// A name as a part of a path. What a guest calls its functions must not lead to another path.
function inPath(name) {
  const segments = name.split("/");
  if (segments.some((one) => one === "." || one === "..")) return encodeURIComponent(name);
  return segments.map((one) => encodeURIComponent(one).replaceAll("%3A", ":").replaceAll("%40", "@")).join("/");
}

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
  return { element: element("div", {}, ...labels), read };
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
  const shown = labelled("value", schema, inner);
  shown.hidden = true;
  is.addEventListener("change", () => (shown.hidden = !is.checked));
  const box = element("div", {}, element("label", {}, is, " given"), shown);
  return { element: box, read: () => (is.checked ? inner.read() : "null") };
}

// A field with its name: a label where it is one input, and otherwise a group of them.
function labelled(name, schema, one) {
  const title = [`${name} `, wit(schema)];
  if (one.element.matches("input, textarea, select")) return element("label", {}, ...title, one.element);
  return element("fieldset", {}, element("legend", {}, ...title), one.element);
}

function caseName(schema) {
  return schema.const !== undefined ? String(schema.const) : Object.keys(schema.properties)[0];
}

function cases(options) {
  const select = element("select", { ariaLabel: "case" }, ...options.map((one, place) => element("option", { value: place }, caseName(one))));
  const box = element("div");
  let inner;
  const change = () => {
    const schema = options[Number(select.value)];
    const name = caseName(schema);
    const payload = schema.const !== undefined ? schema : schema.properties[name];
    inner = field(payload);
    box.replaceChildren(select, schema.const !== undefined ? inner.element : labelled(name, payload, inner));
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
    const shown = labelled("item", schema, one);
    const remove = element("button", { type: "button", ariaLabel: "Remove this item" }, "×");
    const row = element("div", { className: "item" }, shown, remove);
    remove.addEventListener("click", () => { fields.splice(fields.indexOf(one), 1); row.remove(); add.focus(); });
    fields.push(one);
    rows.append(row);
    const focus = shown.querySelector("input, textarea, select, button");
    if (focus) focus.focus();
  });
  const read = () => `[${fields.map((one) => one.read()).join(",")}]`;
  return { element: element("div", {}, rows, add), read };
}

function tuple(schemas) {
  const fields = schemas.map(field);
  const rows = fields.map((one, place) => labelled(`${place}`, schemas[place], one));
  return { element: element("div", {}, ...rows), read: () => `[${fields.map((one) => one.read()).join(",")}]` };
}

function record(properties) {
  const fields = Object.entries(properties).map(([name, schema]) => [name, field(schema), schema]);
  const rows = fields.map(([name, one, schema]) => labelled(name, schema, one));
  const read = () => `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${one.read()}`).join(",")}}`;
  return { element: element("div", {}, ...rows), read };
}

function raw(value = "null") {
  const input = element("textarea", { rows: 3, value, spellcheck: false });
  return { element: input, read: () => input.value };
}

function wit(schema) {
  return element("span", { className: "wit" }, schema["x-wit"] || "");
}

// The arguments of a function: fields with their names, or one for all where only values say their
// types.
function parameters(one) {
  if (!one.params.properties) {
    const list = raw("[]");
    const shown = labelled("arguments", { "x-wit": 'as ["a text", 7, {"u8": 1}]' }, list);
    return { shown: [shown], body: list.read, words: () => [list.read()] };
  }
  const fields = Object.entries(one.params.properties).map(([name, schema]) => [name, field(schema), schema]);
  const body = () => `{${fields.map(([name, input]) => `${JSON.stringify(name)}:${input.read()}`).join(",")}}`;
  const shown = fields.map(([name, input, schema]) => labelled(name, schema, input));
  return { shown, body, words: () => fields.map(([, input]) => input.read()) };
}

// All arguments as one text of JSON.
function asJson(one) {
  const input = raw(parameters(one).body());
  return { shown: [labelled("arguments", { "x-wit": "as JSON, by name or in order" }, input)], body: input.read };
}

// Each argument as a text of WAVE, as the command takes it.
function asWave(one) {
  const fields = Object.entries(one.params.properties).map(([name, schema]) => [name, text(), schema]);
  const texts = () => fields.map(([name, input]) => [name, input.element.value]);
  const shown = fields.map(([name, input, schema]) => labelled(name, schema, input));
  const body = () => JSON.stringify(Object.fromEntries(texts()));
  return { shown, body, words: () => texts().map(([, value]) => value), isWave: true };
}

// The ways in which a person can write the arguments.
const WAYS = { "fields": parameters, "JSON": asJson, "WAVE": asWave };

function show(one) {
  const answer = element("div", { id: "answer", role: "status" });
  const names = one.params.properties ? Object.keys(WAYS) : ["fields"];
  const way = element("select", {}, ...names.map((name) => element("option", {}, name)));
  const inputs = element("div");
  let written;
  const change = () => { written = WAYS[way.value](one); inputs.replaceChildren(...written.shown); };
  way.addEventListener("change", change);
  change();
  const choice = element("label", { hidden: names.length === 1, className: "way" }, "Write values as ", way);
  const form = element("form", {}, inputs, element("button", {}, "Call"), choice);
  form.addEventListener("submit", (event) => { event.preventDefault(); send(one, written, answer); });
  const docs = one.docs ? [element("p", {}, one.docs)] : [];
  byId("function").replaceChildren(element("h2", {}, one.name), ...docs, element("pre", {}, one.wit), form, answer);
  (inputs.querySelector("input, textarea, select, button") || form.querySelector("button")).focus();
}

// With this type, an answer has what the guest wrote beside what it returned.
const DETAILS = "application/vnd.wit-host.call+json";

async function send(one, written, answer) {
  const body = written.body();
  const path = `${base}/call/${inPath(one.name)}${written.isWave ? "?values=wave" : ""}`;
  const headers = { "Content-Type": "application/json", Accept: DETAILS };
  const token = byId("token").querySelector("input").value;
  if (token) headers.Authorization = `Bearer ${token}`;
  answer.replaceChildren("Calling …");
  const began = performance.now();
  try {
    const response = await fetch(path, { method: "POST", headers, body });
    const text = await response.text();
    const good = response.status === 200;
    note(performance.now() - began, good);
    const title = element("h3", { className: good ? "good" : "bad" }, good ? "Returned" : `Failed with ${response.status}`);
    const times = timing(response.headers.get("Server-Timing") || "");
    answer.replaceChildren(title, ...told(response, text, written), ...split(times), ...typed(one, path, body, written));
  } catch (error) {
    note(performance.now() - began, false);
    answer.replaceChildren(element("h3", { className: "bad" }, "No answer"), element("pre", {}, String(error)));
  }
}

// What came back: a value as it was sent, or what a problem document says; and what the guest wrote.
function told(response, text, { isWave }) {
  const type = response.headers.get("Content-Type") || "";
  if (type.startsWith("application/problem+json")) return [result(problem(JSON.parse(text)))];
  if (type !== DETAILS) return [result(text)];
  // The answer is cut out of the text, since parsing it would round its numbers.
  const { stderr, problem: failed } = JSON.parse(text);
  const json = () => text.slice(text.indexOf('"answer":') + 9, -1);
  const value = failed ? problem(failed) : isWave ? String(JSON.parse(json())) : json();
  const written = stderr.length ? [element("h3", {}, "The guest wrote"), element("pre", { id: "stderr" }, stderr.join("\n"))] : [];
  return [result(value), ...written];
}

const result = (text) => element("pre", { id: "result" }, text);

function problem(document) {
  const nearest = (document.nearest || []).map((name) => `did you mean ${name}?`);
  return [document.report || document.detail, ...nearest].join("\n");
}

// The parts of the header `Server-Timing`.
function timing(header) {
  const parts = header.matchAll(/([a-z]+)(?:;desc="([^"]*)")?;dur=([0-9.]+)/g);
  return [...parts].map(([, name, what, millis]) => ({ name, what, millis }));
}

const PARTS = { wait: "waiting for a session", start: "starting the session", guest: "the guest" };

// The time of a call: where it was spent, as far as the server tells.
function split(times) {
  const has = (name) => times.some((part) => part.name === name);
  const parts = times.filter((part) => part.name !== "call" || !has("guest"));
  if (!parts.length) return [];
  const rows = parts.map(({ name, what, millis }) => {
    const label = name === "host" ? `host function ${what}` : PARTS[name] || name;
    return element("tr", {}, element("th", { scope: "row" }, label), element("td", { className: "number" }, `${millis} ms`));
  });
  const caption = element("caption", {}, has("host") ? "Time, with the host calls that were made" : "Time");
  return [element("table", { id: "times" }, caption, element("tbody", {}, ...rows))];
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// The same call as a person types it.
function typed(one, path, body, { words, isWave }) {
  const curl = `curl -d ${quoted(body)} -H 'Content-Type: application/json' ${quoted(location.origin + path)}`;
  const json = isWave ? "" : "--json ";
  const command = () => `wit-host call ${json}GUEST ${quoted(one.name)} ${words().map(quoted).join(" ")}`;
  const lines = one.has_convention || !words ? [curl] : [curl, command()];
  return [element("h3", {}, "The same, typed"), element("pre", { id: "typed" }, lines.join("\n"))];
}

// Draws bars, the last of them at the right end. Each has a value, and how much of it is bad.
function draw(svg, bars, most = 60) {
  const [width, height] = [most * 4, 32];
  const highest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  const rect = (place, from, length, className) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const sizes = { x: place * 4, y: height - from - length, width: 3, height: length, class: className };
    for (const [name, value] of Object.entries(sizes)) made.setAttribute(name, value);
    return made;
  };
  const shown = bars.slice(-most);
  const rects = shown.flatMap(({ value, bad }, index) => {
    const place = most - shown.length + index;
    const [all, wrong] = [(value / highest) * height, (bad / highest) * height];
    return [rect(place, 0, wrong, "bad"), rect(place, wrong, all - wrong, "good")];
  });
  svg.replaceChildren(...rects);
}

const calls = [];

// Adds a call of this page to its chart.
function note(millis, good) {
  calls.push({ value: millis, bad: good ? 0 : millis });
  draw(byId("calls-chart"), calls);
  const times = calls.map(({ value }) => value).sort((one, other) => one - other);
  const failed = calls.filter(({ bad }) => bad).length;
  const ms = (value) => `${value.toFixed(1)} ms`;
  const half = times[Math.floor(times.length / 2)];
  byId("calls-text").textContent = `${calls.length} made, ${failed} failed; the median took ${ms(half)}, the longest ${ms(times.at(-1))}`;
}

// How often the figures of operators are read.
const EVERY = 2000;

// What operators see and do, on a listener of their own.
function operate(admin, guest) {
  byId("operators").hidden = false;
  const said = byId("changed");
  const samples = [];
  let last = null;
  const look = async () => {
    try {
      const [guests, metrics] = await Promise.all(["guests", "metrics"].map((path) => fetch(`${admin}/${path}`)));
      generations((await guests.json())[guest]);
      const now = figures(await metrics.text(), guest);
      if (last) samples.push({ calls: now.calls - last.calls, failed: now.failed - last.failed, seconds: now.seconds - last.seconds });
      last = now;
      chart(samples.slice(-60), now);
    } catch (error) {
      byId("all-text").textContent = `No figures: ${error.message}`;
    }
  };
  const change = async (what) => {
    const token = byId("change").querySelector("input").value;
    said.textContent = "Changing …";
    try {
      const response = await fetch(`${admin}/guests/${encodeURIComponent(guest)}/${what}`, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
      const answer = await response.json();
      said.textContent = response.ok ? `Generation ${answer.generation} serves.` : `Nothing was changed: ${answer.detail}`;
      said.className = response.ok ? "good" : "bad";
      await Promise.all([look(), load()]);
    } catch (error) {
      said.textContent = `Nothing was changed: ${error.message}`;
    }
  };
  byId("change").addEventListener("submit", (event) => event.preventDefault());
  for (const button of byId("change").querySelectorAll("button")) button.addEventListener("click", () => change(button.value));
  look();
  setInterval(() => document.hidden || look(), EVERY);
}

function generations({ current, previous }) {
  const row = (one, state) => {
    const cells = [state, new Date(one.since * 1000).toLocaleString(), one.calls, one.failures, one.callers];
    return element("tr", {}, element("th", { scope: "row" }, String(one.generation)), ...cells.map((cell) => element("td", {}, String(cell))));
  };
  const rows = [row(current, "serves"), ...(previous ? [row(previous, "kept")] : [])];
  byId("generations").replaceChildren(...rows);
  byId("change").querySelector('[value="rollback"]').disabled = !previous;
}

// Sums what Prometheus would read of one guest.
function figures(text, guest) {
  const sum = (name) => {
    const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) && line.includes(`guest="${guest}"`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  };
  return { calls: sum("faas_invoke_duration_seconds_count"), failed: sum("faas_errors_total"), seconds: sum("faas_invoke_duration_seconds_sum") };
}

function chart(samples, now) {
  draw(byId("all-chart"), samples.map(({ calls, failed }) => ({ value: calls, bad: failed })));
  const latency = ({ calls, seconds }) => (calls ? (seconds / calls) * 1000 : 0);
  draw(byId("latency-chart"), samples.map((sample) => ({ value: latency(sample), bad: 0 })));
  const mean = now.calls ? `, ${latency(now).toFixed(2)} ms each on average` : "";
  byId("all-text").textContent = `All callers since the start: ${now.calls} calls, ${now.failed} failed${mean}. Above, those of the last two minutes, and how long they took.`;
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
  list.replaceChildren();
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
      show(one);
    });
    list.append(element("li", {}, button));
  }
  for (const one of served.left_out) {
    list.append(element("li", { className: "left-out" }, `${one.name} is not served: ${one.reason}`));
  }
  return served;
}

load()
  .then(({ admin, guest }) => admin && operate(admin, guest))
  .catch((error) => (byId("about").textContent = String(error)));
