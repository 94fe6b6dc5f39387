;; What `module.wat` does, as a plug-in of Extism's. A text or bytes that are passed to
;; the host, or come from it, lie in a memory of Extism's, and are copied into it and out
;; of it in eights, as Extism's library for guests in Rust does it. Two numbers are one
;; input, of eight bytes.
(module
  (import "extism:host/env" "input_load_u64" (func $input-load (param i64) (result i64)))
  (import "extism:host/env" "output_set" (func $output-set (param i64 i64)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "free" (func $free (param i64)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "extism:host/env" "load_u64" (func $load (param i64) (result i64)))
  (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
  (import "extism:host/user" "add" (func $add (param i32 i32) (result i32)))
  (import "extism:host/user" "echo_text" (func $echo-text (param i64) (result i64)))
  (import "extism:host/user" "echo_bytes" (func $echo-bytes (param i64) (result i64)))
  (memory (export "memory") 64)
  ;; The argument, from 1 MiB on.
  (func $fill
    (memory.fill (i32.const 0x100000) (i32.const 97) (i32.const 0x100000)))
  (start $fill)

  (func $first (result i32)
    (i32.wrap_i64 (call $input-load (i64.const 0))))
  (func $second (result i32)
    (i32.wrap_i64 (i64.shr_u (call $input-load (i64.const 0)) (i64.const 32))))
  ;; Returns a number, and then that the call went well.
  (func $output (param $number i64) (result i32) (local $block i64)
    (local.set $block (call $alloc (i64.const 8)))
    (call $store (local.get $block) (local.get $number))
    (call $output-set (local.get $block) (i64.const 8))
    (i32.const 0))

  ;; The argument, of so many bytes, in a block of Extism's memory. Every length that is
  ;; measured is a multiple of eight.
  (func $lend (param $length i32) (result i64) (local $block i64) (local $at i32)
    (local.set $block (call $alloc (i64.extend_i32_u (local.get $length))))
    (loop $again
      (call $store
        (i64.add (local.get $block) (i64.extend_i32_u (local.get $at)))
        (i64.load (i32.add (i32.const 0x100000) (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (local.get $length))))
    (local.get $block))
  ;; Copies a block to where the last one was, frees it, and gives its length.
  (func $take (param $block i64) (result i64) (local $length i64) (local $at i32)
    (local.set $length (call $length (local.get $block)))
    (loop $again
      (i64.store
        (i32.add (i32.const 0x200000) (local.get $at))
        (call $load (i64.add (local.get $block) (i64.extend_i32_u (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i64.lt_u (i64.extend_i32_u (local.get $at)) (local.get $length))))
    (call $free (local.get $block))
    (local.get $length))

  (func (export "sum") (result i32)
    (call $output (i64.extend_i32_s (i32.add (call $first) (call $second)))))
  (func (export "call-add") (result i32) (local $times i32) (local $sum i32)
    (local.set $times (call $first))
    (loop $again
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (call $output (i64.extend_i32_s (local.get $sum))))
  (func (export "call-echo-text") (result i32)
    (local $times i32) (local $length i32) (local $sum i64) (local $block i64)
    (local.set $times (call $first))
    (local.set $length (call $second))
    (loop $again
      (local.set $block (call $lend (local.get $length)))
      (local.set $sum (i64.add (local.get $sum)
        (call $take (call $echo-text (local.get $block)))))
      (call $free (local.get $block))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (call $output (local.get $sum)))
  (func (export "call-echo-bytes") (result i32)
    (local $times i32) (local $length i32) (local $sum i64) (local $block i64)
    (local.set $times (call $first))
    (local.set $length (call $second))
    (loop $again
      (local.set $block (call $lend (local.get $length)))
      (local.set $sum (i64.add (local.get $sum)
        (call $take (call $echo-bytes (local.get $block)))))
      (call $free (local.get $block))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (call $output (local.get $sum))))
