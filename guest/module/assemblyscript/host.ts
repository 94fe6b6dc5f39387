// The functions of the host, and how text crosses: as UTF-8, by pointer and length. A
// result comes in two steps: its length is returned, and `write_mem` copies it.

@external("env", "add")
export declare function add(a: i32, b: i32): i32;

@external("env", "concat")
declare function env_concat(a: usize, aLength: usize, b: usize, bLength: usize): usize;

@external("env", "to_upper")
declare function env_to_upper(text: usize, length: usize): usize;

@external("env", "from_utf8")
declare function env_from_utf8(bytes: usize, length: usize): usize;

@external("env", "fetch")
declare function env_fetch(url: usize, length: usize): usize;

@external("env", "write_mem")
declare function env_write_mem(to: usize): void;

export function concat(a: string, b: string): string {
  const left = String.UTF8.encode(a);
  const right = String.UTF8.encode(b);
  return text(written(env_concat(at(left), left.byteLength, at(right), right.byteLength)));
}

export function toUpper(mixed: string): string {
  const bytes = String.UTF8.encode(mixed);
  return text(written(env_to_upper(at(bytes), bytes.byteLength)));
}

/// Traps where the bytes are not text.
export function fromUtf8(bytes: ArrayBuffer): string {
  return text(written(env_from_utf8(at(bytes), bytes.byteLength)));
}

/// Traps where there is no document.
export function fetch(url: string): ArrayBuffer {
  const bytes = String.UTF8.encode(url);
  return written(env_fetch(at(bytes), bytes.byteLength));
}

function written(length: usize): ArrayBuffer {
  const bytes = new ArrayBuffer(<i32>length);
  env_write_mem(at(bytes));
  return bytes;
}

function text(bytes: ArrayBuffer): string {
  return String.UTF8.decode(bytes);
}

function at(bytes: ArrayBuffer): usize {
  return changetype<usize>(bytes);
}
