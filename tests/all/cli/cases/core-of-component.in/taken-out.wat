;; What is taken out of a component has no types of it.
(module
  (import "shop:prices/prices@1.0.0" "price" (func (param i32 i32) (result i32)))
  (import "$root" "log" (func (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (i32.const 0)))
