;; The world `guest`. What it does between two host calls is as little as can be, so
;; that the host call is what is measured: an argument lies at the same place each
;; time, and a result is put where the last one was.
(component
  (import "bench:contract/host@1.0.0" (instance $host
    (type $record (record (field "sensor" u32) (field "at" u64) (field "value" f64)))
    (export "reading" (type $reading (eq $record)))
    (type $readings (list $reading))
    (export "add" (func (param "a" s32) (param "b" s32) (result s32)))
    (export "echo-text" (func (param "text" string) (result string)))
    (export "measure-text" (func (param "text" string) (result u32)))
    (export "echo-bytes" (func (param "bytes" (list u8)) (result (list u8))))
    (export "echo-reading" (func (param "reading" $reading) (result $reading)))
    (export "echo-readings" (func (param "readings" $readings) (result $readings)))))

  (core module $Memory
    (memory (export "memory") 64)
    ;; The argument, from 1 MiB on.
    (func $fill
      (memory.fill (i32.const 0x100000) (i32.const 97) (i32.const 0x100000)))
    (start $fill)
    (global $next (mut i32) (i32.const 0x200000))
    (func (export "realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32)
      (result i32) (local $at i32)
      (local.set $at (global.get $next))
      (global.set $next (i32.and
        (i32.add (i32.add (local.get $at) (local.get $new)) (i32.const 7))
        (i32.const -8)))
      (local.get $at))
    (func (export "reset") (global.set $next (i32.const 0x200000))))
  (core instance $memory (instantiate $Memory))

  (core func $add (canon lower (func $host "add")))
  (core func $echo-text (canon lower (func $host "echo-text")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core func $measure-text (canon lower (func $host "measure-text") (memory (core memory $memory "memory"))))
  (core func $echo-bytes (canon lower (func $host "echo-bytes")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core func $echo-reading (canon lower (func $host "echo-reading") (memory (core memory $memory "memory"))))
  (core func $echo-readings (canon lower (func $host "echo-readings")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))

  (core module $Main
    (import "memory" "memory" (memory 64))
    (import "memory" "reset" (func $reset))
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (import "host" "echo-text" (func $echo-text (param i32 i32 i32)))
    (import "host" "measure-text" (func $measure-text (param i32 i32) (result i32)))
    (import "host" "echo-bytes" (func $echo-bytes (param i32 i32 i32)))
    (import "host" "echo-reading" (func $echo-reading (param i32 i64 f64 i32)))
    (import "host" "echo-readings" (func $echo-readings (param i32 i32 i32)))

    (func (export "sum") (param i32 i32) (result i32)
      (i32.add (local.get 0) (local.get 1)))
    ;; The result is a pointer to pointer and length.
    (func (export "reply") (param $pointer i32) (param $length i32) (result i32)
      (i32.store (i32.const 16) (local.get $pointer))
      (i32.store (i32.const 20) (local.get $length))
      (i32.const 16))
    (func (export "replied") (param i32) (call $reset))

    (func (export "call-add") (param $times i32) (result i32) (local $sum i32)
      (loop $again
        (local.set $sum (call $add (local.get $sum) (i32.const 1)))
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (local.get $sum))
    (func (export "call-echo-text") (param $times i32) (param $length i32) (result i64)
      (local $sum i64)
      (loop $again
        (call $echo-text (i32.const 0x100000) (local.get $length) (i32.const 16))
        (local.set $sum (i64.add (local.get $sum) (i64.load32_u (i32.const 20))))
        (call $reset)
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
        (call $echo-bytes (i32.const 0x100000) (local.get $length) (i32.const 16))
        (local.set $sum (i64.add (local.get $sum) (i64.load32_u (i32.const 20))))
        (call $reset)
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (local.get $sum))
    (func (export "call-echo-reading") (param $times i32) (result i64) (local $sum i64)
      (loop $again
        (call $echo-reading (i32.const 1) (i64.const 2) (f64.const 0.5) (i32.const 16))
        (local.set $sum (i64.add (local.get $sum) (i64.load32_u (i32.const 16))))
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (local.get $sum))
    (func (export "call-echo-readings") (param $times i32) (param $count i32) (result i64)
      (local $sum i64)
      (loop $again
        (call $echo-readings (i32.const 0x100000) (local.get $count) (i32.const 16))
        (local.set $sum (i64.add (local.get $sum) (i64.load32_u (i32.const 20))))
        (call $reset)
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (local.get $sum)))
  (core instance $main (instantiate $Main
    (with "memory" (instance $memory))
    (with "host" (instance
      (export "add" (func $add))
      (export "echo-text" (func $echo-text))
      (export "measure-text" (func $measure-text))
      (export "echo-bytes" (func $echo-bytes))
      (export "echo-reading" (func $echo-reading))
      (export "echo-readings" (func $echo-readings))))))

  (func (export "sum") (param "a" s32) (param "b" s32) (result s32)
    (canon lift (core func $main "sum")))
  (func (export "reply") (param "text" string) (result string)
    (canon lift (core func $main "reply") (memory (core memory $memory "memory"))
      (realloc (core func $memory "realloc")) (post-return (core func $main "replied"))))
  (func (export "call-add") (param "times" u32) (result s32)
    (canon lift (core func $main "call-add")))
  (func (export "call-echo-text") (param "times" u32) (param "length" u32) (result u64)
    (canon lift (core func $main "call-echo-text")))
  (func (export "call-measure-text") (param "times" u32) (param "length" u32) (result u64)
    (canon lift (core func $main "call-measure-text")))
  (func (export "call-echo-bytes") (param "times" u32) (param "length" u32) (result u64)
    (canon lift (core func $main "call-echo-bytes")))
  (func (export "call-echo-reading") (param "times" u32) (result u64)
    (canon lift (core func $main "call-echo-reading")))
  (func (export "call-echo-readings") (param "times" u32) (param "count" u32) (result u64)
    (canon lift (core func $main "call-echo-readings"))))
