;; As Emscripten writes it without optimisation, with a function of the program's own JavaScript.
(module
  (import "env" "invoke_ii" (func (param i32 i32) (result i32)))
  (import "env" "emscripten_notify_memory_growth" (func (param i32)))
  (import "env" "my_own_function" (func (param i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
  (import "env" "memory" (memory 256 256))
  (func (export "main") (result i32) (i32.const 0)))
