;; What a compiler has written before a tool made the component.
(module
  (import "wit-host:contract/math@0.1.0" "add" (func (param i32 i32) (result i32)))
  (import "wit-host:contract/strings@0.1.0" "concat" (func (param i32 i32 i32 i32 i32)))
  (@custom "component-type:wit-bindgen:0.62.0:plugin" "\00")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "run") (result i32) (i32.const 0)))
