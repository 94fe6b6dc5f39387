// A guest of the contract's world `plugin`, in TypeScript: `run` adds two numbers on
// the host, `greet` lets the host fetch, split, join and change text.

import { add } from 'wit-host:contract/math@0.1.0';
import { concat, fromUtf8, split, toUpper, type Utf8Error } from 'wit-host:contract/strings@0.1.0';
import { get, type FetchError } from 'wit-host:contract/fetch@0.1.0';
import type * as $world from 'wit-host:contract/plugin@0.1.0';

// Its parameters and its result have the types of the contract.
export const run: typeof $world.run = () => add(1, 2);

export const greet: typeof $world.greet = (name) => {
  const found = /^https?:\/\//.test(name) ? nameAt(name) : name;
  const joined = split(found || 'world', ',').reduce((a, b) => concat(concat(a, ' and '), b));
  return concat(toUpper(concat('Hello, ', joined)), '!');
};

// A function of the contract that fails throws: the error is its `payload`.
function nameAt(url: string): string {
  let body: Uint8Array;
  try {
    body = get(url);
  } catch (error) {
    return `nobody (${reason(payload<FetchError>(error))})`;
  }
  try {
    return fromUtf8(body);
  } catch (error) {
    return `nobody (no text after ${payload<Utf8Error>(error).validUpTo} bytes)`;
  }
}

function payload<E>(error: unknown): E {
  return (error as { payload: E }).payload;
}

// A case that is left out does not compile.
function reason(error: FetchError): string {
  switch (error.tag) {
    case 'denied': return `denied: ${error.val}`;
    case 'invalid-url': return `invalid URL: ${error.val}`;
    case 'too-large': return `larger than ${error.val} bytes`;
    case 'timed-out': return `not there after ${error.val} ms`;
    case 'failed': return `failed: ${error.val}`;
  }
}
