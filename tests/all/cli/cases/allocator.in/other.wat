;; Its allocator has names of its own, and takes an alignment.
(module
  (memory (export "memory") 1)
  (global $given (mut i32) (i32.const 0))
  (func (export "block_new") (param $size i32) (param $align i32) (result i32)
    (global.set $given (i32.add (global.get $given) (i32.const 1)))
    (i32.const 4096))
  (func (export "block_drop") (param i32 i32 i32)
    (global.set $given (i32.sub (global.get $given) (i32.const 1))))
  (func (export "wide") (param i64) (result i64) (local.get 0))
  (func (export "first") (param $at i32) (result i32) (i32.load8_u (local.get $at)))
  (func (export "given") (result i32) (global.get $given)))
