;;; recursion without an end
;;; expect: limit stack
(module
  (func $run (export "run") (call $run)))

;;; two functions that call each other for ever
;;; expect: limit stack
(module
  (func $run (export "run") (result i32)
    (i32.add (call $other (i32.const 1)) (i32.const 1)))
  (func $other (param i32) (result i32)
    (i32.add (call $run) (local.get 0))))

;;; recursion through a table
;;; expect: limit stack
(module
  (table funcref (elem $run))
  (func $run (export "run") (result i32)
    (i32.add (call_indirect (result i32) (i32.const 0)) (i32.const 1))))

;;; recursion in which every level takes sixteen numbers
;;; expect: limit stack
(module
  (func $level (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
    (i64.add
      (call $level
        (i64.const 1) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
        (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10)
        (local.get 11) (local.get 12) (local.get 13) (local.get 14))
      (i64.add (local.get 15) (local.get 0))))
  (func (export "run") (result i64)
    (call $level
      (i64.const 0) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)
      (i64.const 6) (i64.const 7) (i64.const 8) (i64.const 9) (i64.const 10) (i64.const 11)
      (i64.const 12) (i64.const 13) (i64.const 14) (i64.const 15))))

;;; a host call at every level, so that the host may be called with no stack left
;;; expect: limit stack
(module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (func $level (param $at i32) (result i32)
    (call $level (call $add (local.get $at) (i32.const 1)))
    (i32.add (local.get $at)))
  (func (export "run") (result i32) (call $level (i32.const 0))))

;;; a host call that takes texts and that waits, at every level
;;; expect: limit stack
(module
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (func $level (param $at i32) (result i32)
    (drop (call $yield))
    (drop (call $concat (i32.const 0) (i32.const 99) (i32.const 0) (i32.const 99)))
    (i32.add (call $level (i32.add (local.get $at) (i32.const 1))) (local.get $at)))
  (func (export "run") (result i32) (call $level (i32.const 0))))

;;; output from the bottom of a stack that is as good as spent
;;; expect: limit stack
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\01\00\00\00x")
  (func $level (param $at i32) (result i32)
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
    (i32.add (call $level (i32.add (local.get $at) (i32.const 1))) (local.get $at)))
  (func (export "run") (result i32) (call $level (i32.const 0))))

;;; recursion in the start function
;;; expect: limit stack
(module
  (func $forever (call $forever))
  (start $forever)
  (func (export "run")))

;;; recursion that is deep, and fits
;;; expect: returns 2001000
(module
  (func $sum (param $to i32) (result i32)
    (if (result i32) (local.get $to)
      (then
        (i32.add (local.get $to) (call $sum (i32.sub (local.get $to) (i32.const 1)))))
      (else (i32.const 0))))
  (func (export "run") (result i32) (call $sum (i32.const 2000))))

;;; the same recursion where the stack is small
;;; limits: stack=16KiB
;;; expect: limit stack
(module
  (func $sum (param $to i32) (result i32)
    (if (result i32) (local.get $to)
      (then
        (i32.add (local.get $to) (call $sum (i32.sub (local.get $to) (i32.const 1)))))
      (else (i32.const 0))))
  (func (export "run") (result i32) (call $sum (i32.const 2000))))

;;; a million calls in tail position, which take no stack
;;; expect: returns 1000000
(module
  (func $count (param $at i32) (result i32)
    (if (i32.eq (local.get $at) (i32.const 1000000))
      (then (return (local.get $at))))
    (return_call $count (i32.add (local.get $at) (i32.const 1))))
  (func (export "run") (result i32) (return_call $count (i32.const 0))))
