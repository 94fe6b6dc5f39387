  ;; An allocator that knows its blocks: before each lies its size plus one, and 0
  ;; once it was given back. Whoever gives back what is no block, or a block twice, or
  ;; with another size, ends the guest. Blocks are not aligned.
  (memory (export "memory") 2)
  (global $next (mut i32) (i32.const 8192))
  (global $live (mut i32) (i32.const 0))
  (func $allocate (param $size i32) (result i32) (local $block i32)
    (i32.store (global.get $next) (i32.add (local.get $size) (i32.const 1)))
    (local.set $block (i32.add (global.get $next) (i32.const 4)))
    (global.set $next (i32.add (local.get $block) (local.get $size)))
    (global.set $live (i32.add (global.get $live) (i32.const 1)))
    (local.get $block))
  (func $free (param $block i32)
    (if (i32.eqz (i32.load (i32.sub (local.get $block) (i32.const 4)))) (then unreachable))
    (i32.store (i32.sub (local.get $block) (i32.const 4)) (i32.const 0))
    (global.set $live (i32.sub (global.get $live) (i32.const 1))))
  (func $deallocate (param $block i32) (param $size i32)
    (if (i32.ne (i32.load (i32.sub (local.get $block) (i32.const 4)))
                (i32.add (local.get $size) (i32.const 1)))
      (then unreachable))
    (call $free (local.get $block)))
  ;; How many blocks nobody has given back.
  (func (export "live") (result i32) (global.get $live))
