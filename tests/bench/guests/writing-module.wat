;; What `small-module.wat` does, with a memory that it writes to: to four of the pages that
;; the operating system hands out, about what a program takes for its stack and its data.
(module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "sum") (param i32 i32) (result i32)
    (i32.store (i32.const 0x0000) (local.get 0))
    (i32.store (i32.const 0x4000) (local.get 0))
    (i32.store (i32.const 0x8000) (local.get 1))
    (i32.store (i32.const 0xc000) (local.get 1))
    (call $add (local.get 0) (local.get 1))))
