;; It imports `fib` from a module that it calls `wasm`.
(module
  (import "wasm" "fib" (func $fib (param i32) (result i32)))
  (func (export "sum_of_fibs") (param i32 i32) (result i32)
    (i32.add (call $fib (local.get 0)) (call $fib (local.get 1)))))
