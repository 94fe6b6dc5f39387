;; Two pairs: `is_mine` answers 1 for a text in a block of `malloc`, and 0 for any other.
(module
  (memory (export "memory") 1)
  (func (export "malloc") (param i32) (result i32) (i32.const 4096))
  (func (export "free") (param i32))
  (func (export "allocate") (param i32) (result i32) (i32.const 8192))
  (func (export "deallocate") (param i32 i32))
  (func (export "is_mine") (param i32) (result i32) (i32.lt_u (local.get 0) (i32.const 8192)))
  (func (export "half") (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 2))))
