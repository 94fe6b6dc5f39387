;; A program that ends with status 3 when there is no memory.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (if (i32.eq (memory.grow (i32.const 10000)) (i32.const -1)) (then (call $exit (i32.const 3))))))
