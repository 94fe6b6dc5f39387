;; `done` ends the guest with success, `failed` without, and `seven` is there to be called.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func (export "done") (result i32) (call $exit (i32.const 0)) (i32.const 1))
  (func (export "failed") (call $exit (i32.const 3)))
  (func (export "over") (call $exit (i32.const 0)))
  (func (export "seven") (result i32) (i32.const 7)))
