;; Two allocators, and no text: neither is called.
(module
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "free") (param i32))
  (func (export "allocate") (param i32) (result i32) (i32.const 2048))
  (func (export "deallocate") (param i32 i32))
  (func (export "run") (result i32) (i32.const 0)))
