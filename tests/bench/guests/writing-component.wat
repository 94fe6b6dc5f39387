;; What `small-component.wat` does, with a memory that it writes to, as the module in
;; `writing-module.wat`.
(component
  (import "bench:contract/host@1.0.0" (instance $host
    (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
  (core func $add (canon lower (func $host "add")))
  (core module $Main
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (memory 1)
    (func (export "sum") (param i32 i32) (result i32)
      (i32.store (i32.const 0x0000) (local.get 0))
      (i32.store (i32.const 0x4000) (local.get 0))
      (i32.store (i32.const 0x8000) (local.get 1))
      (i32.store (i32.const 0xc000) (local.get 1))
      (call $add (local.get 0) (local.get 1))))
  (core instance $main (instantiate $Main
    (with "host" (instance (export "add" (func $add))))))
  (func (export "sum") (param "a" s32) (param "b" s32) (result s32)
    (canon lift (core func $main "sum"))))
