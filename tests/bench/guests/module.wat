;; What `component.wat` does, as a core module that imports from `env`. A text or
;; bytes that the host returns are its length, and `write_mem` puts them in place.
(module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (import "env" "echo_text" (func $echo-text (param i32 i32) (result i32)))
  (import "env" "measure_text" (func $measure-text (param i32 i32) (result i32)))
  (import "env" "echo_bytes" (func $echo-bytes (param i32 i32) (result i32)))
  (import "env" "write_mem" (func $write-mem (param i32)))
  (memory (export "memory") 64)
  ;; The argument, from 1 MiB on.
  (func $fill
    (memory.fill (i32.const 0x100000) (i32.const 97) (i32.const 0x100000)))
  (start $fill)

  (func (export "sum") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "call-add") (param $times i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum))
  (func (export "call-add-in-line") (param $times i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum))
  (func (export "call-echo-text") (param $times i32) (param $length i32) (result i64)
    (local $sum i64)
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u
        (call $echo-text (i32.const 0x100000) (local.get $length)))))
      (call $write-mem (i32.const 0x200000))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum))
  (func (export "call-measure-text") (param $times i32) (param $length i32) (result i64)
    (local $sum i64)
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u
        (call $measure-text (i32.const 0x100000) (local.get $length)))))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum))
  (func (export "call-echo-bytes") (param $times i32) (param $length i32) (result i64)
    (local $sum i64)
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u
        (call $echo-bytes (i32.const 0x100000) (local.get $length)))))
      (call $write-mem (i32.const 0x200000))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum)))
