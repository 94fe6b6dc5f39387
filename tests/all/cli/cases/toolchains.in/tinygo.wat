(module
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
  (import "gojs" "syscall/js.valueGet" (func (param i64 i32 i32) (result i64)))
  (memory (export "memory") 1)
  (func (export "_start")))
