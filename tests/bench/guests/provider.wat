;; Two functions of the interface `host`, which this guest serves to another one.
(component
  (core module $Main
    (memory (export "memory") 64)
    (global $next (mut i32) (i32.const 0x100000))
    (func (export "realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32)
      (result i32) (local $at i32)
      (local.set $at (global.get $next))
      (global.set $next (i32.and
        (i32.add (i32.add (local.get $at) (local.get $new)) (i32.const 7))
        (i32.const -8)))
      (local.get $at))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    ;; The result is a pointer to pointer and length.
    (func (export "echo") (param $pointer i32) (param $length i32) (result i32)
      (i32.store (i32.const 16) (local.get $pointer))
      (i32.store (i32.const 20) (local.get $length))
      (i32.const 16))
    (func (export "echoed") (param i32) (global.set $next (i32.const 0x100000))))
  (core instance $main (instantiate $Main))
  (func $add (param "a" s32) (param "b" s32) (result s32) (canon lift (core func $main "add")))
  (func $echo (param "bytes" (list u8)) (result (list u8))
    (canon lift (core func $main "echo") (memory (core memory $main "memory"))
      (realloc (core func $main "realloc")) (post-return (core func $main "echoed"))))
  (instance $host (export "add" (func $add)) (export "echo-bytes" (func $echo)))
  (export "bench:contract/host@1.0.0" (instance $host)))
