;; What `small-component.wat` does, as a plug-in of Extism's.
(module
  (import "extism:host/env" "input_load_u64" (func $input-load (param i64) (result i64)))
  (import "extism:host/env" "output_set" (func $output-set (param i64 i64)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
  (import "extism:host/user" "add" (func $add (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "sum") (result i32) (local $input i64) (local $block i64)
    (local.set $input (call $input-load (i64.const 0)))
    (local.set $block (call $alloc (i64.const 8)))
    (call $store (local.get $block) (i64.extend_i32_s (call $add
      (i32.wrap_i64 (local.get $input))
      (i32.wrap_i64 (i64.shr_u (local.get $input) (i64.const 32))))))
    (call $output-set (local.get $block) (i64.const 8))
    (i32.const 0)))
