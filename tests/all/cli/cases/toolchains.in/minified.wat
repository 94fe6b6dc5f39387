;; The same with optimisation, which makes the names short.
(module
  (import "a" "a" (func (param i32 i32 i32 i32)))
  (import "a" "b" (func (param i32) (result i32)))
  (memory (export "c") 1)
  (func (export "d")))
