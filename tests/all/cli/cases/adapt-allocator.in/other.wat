;; An allocator of other names than the usual ones.
(module
  (memory (export "memory") 1)
  (func (export "my_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "my_free") (param i32))
  (func (export "run") (result i32) (i32.const 0))
  (func (export "greet") (param i32) (result i32) (local.get 0)))
