// A core module that imports from `env`: `run` adds two numbers on the host, `greet`
// lets the host fetch, join and change text. Its own functions take and return text as
// C does: an address, up to a NUL.

import { add, concat, fetch, fromUtf8, toUpper } from "./host";

/// Makes a block. The host puts an argument into one, and the collector knows nothing
/// of them.
export function allocate(size: usize): usize {
  return heap.alloc(size);
}

/// Gives a block back.
export function deallocate(block: usize, size: usize): void {
  heap.free(block);
}

export function run(): i32 {
  return add(1, 2);
}

/// Greets somebody. The result is the host's to give back.
export function greet(name: usize): usize {
  return lend(greeting(borrowed(name)));
}

function greeting(name: string): string {
  if (name.startsWith("http://") || name.startsWith("https://")) name = fromUtf8(fetch(name));
  if (name.length == 0) name = "world";
  return concat(toUpper(concat("Hello, ", joined(name))), "!");
}

/// `a,b` as `a and b`.
function joined(names: string): string {
  const parts = names.split(",");
  let all = parts[0];
  for (let i = 1; i < parts.length; i++) all = concat(concat(all, " and "), parts[i]);
  return all;
}

function borrowed(text: usize): string {
  let end = text;
  while (load<u8>(end) != 0) end++;
  return String.UTF8.decodeUnsafe(text, end - text);
}

function lend(text: string): usize {
  const bytes = String.UTF8.encode(text, true);
  const block = allocate(bytes.byteLength);
  memory.copy(block, changetype<usize>(bytes), bytes.byteLength);
  return block;
}
