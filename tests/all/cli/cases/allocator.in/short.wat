;; Its allocator looks like one by its names.
(module
  (memory (export "memory") 1)
  (func (export "alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "dealloc") (param i32 i32))
  (func (export "first") (param $at i32) (result i32) (i32.load8_u (local.get $at))))
