;; A program whose main ends it with status 3.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func (export "_start") (call $exit (i32.const 3)))
  (func (export "seven") (result i32) (i32.const 7)))
