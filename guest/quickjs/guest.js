// A guest of the contract's world `plugin`, in JavaScript: `run` adds two numbers on
// the host, `greet` lets the host fetch, split, join and change text.

import { add } from 'wit-host:contract/math@0.1.0';
import { concat, fromUtf8, split, toUpper } from 'wit-host:contract/strings@0.1.0';
import { get } from 'wit-host:contract/fetch@0.1.0';

export function run() {
  return add(1, 2);
}

export function greet(name) {
  const found = /^https?:\/\//.test(name) ? nameAt(name) : name;
  const joined = split(found || 'world', ',').reduce((a, b) => concat(concat(a, ' and '), b));
  return concat(toUpper(concat('Hello, ', joined)), '!');
}

// A function of the contract that fails throws: the error is its `payload`.
function nameAt(url) {
  let body;
  try {
    body = get(url);
  } catch (error) {
    return `nobody (${reason(error.payload)})`;
  }
  try {
    return fromUtf8(body);
  } catch (error) {
    return `nobody (no text after ${error.payload.validUpTo} bytes)`;
  }
}

function reason({ tag, val }) {
  switch (tag) {
    case 'denied': return `denied: ${val}`;
    case 'invalid-url': return `invalid URL: ${val}`;
    case 'too-large': return `larger than ${val} bytes`;
    case 'timed-out': return `not there after ${val} ms`;
    case 'failed': return `failed: ${val}`;
  }
}
