;;; a loop without an end
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (func (export "run") (loop (br 0))))

;;; a start function that never ends
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (func $forever (loop (br 0)))
  (start $forever)
  (func (export "run")))

;;; a set-up that never ends
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (func (export "_initialize") (loop (br 0)))
  (func (export "run")))

;;; a start of the runtime that never ends, ahead of a call that would
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (func (export "_start") (loop (br 0)))
  (func (export "run")))

;;; a loop that is in the host most of the time
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (func (export "run")
    (loop $again
      (drop (call $add (i32.const 1) (i32.const 2)))
      (br $again))))

;;; a loop of host calls that each fill a kept result
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory (export "memory") 16)
  (func (export "run")
    (loop $again
      (drop (call $to_upper (i32.const 0) (i32.const 65536)))
      (br $again))))

;;; a loop that grows memory by nothing
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (memory 1)
  (func (export "run")
    (loop $again
      (drop (memory.grow (i32.const 0)))
      (br $again))))

;;; a loop that fills all of a memory
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (memory 256)
  (func (export "run")
    (loop $again
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 16777216))
      (br $again))))

;;; a loop that moves all of a memory by one byte
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (memory 256)
  (func (export "run")
    (loop $again
      (memory.copy (i32.const 1) (i32.const 0) (i32.const 16777215))
      (br $again))))

;;; a loop that fills all of a table
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (table $table 100000 funcref)
  (func (export "run")
    (loop $again
      (table.fill $table (i32.const 0) (ref.null func) (i32.const 100000))
      (br $again))))

;;; a loop of calls through a table
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (table funcref (elem $nothing))
  (func $nothing)
  (func (export "run")
    (loop $again
      (call_indirect (i32.const 0))
      (br $again))))

;;; a function whose last act is to call itself, which takes no stack
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (func $run (export "run") (return_call $run)))

;;; a branch table of which every way leads back
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (func (export "run") (local $turns i32)
    (loop $outer
      (loop $inner
        (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
        (br_table $inner $outer $inner (local.get $turns))))))

;;; recursion of forty levels that branches twice at each
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (func $twice (param $levels i32)
    (if (local.get $levels)
      (then
        (call $twice (i32.sub (local.get $levels) (i32.const 1)))
        (call $twice (i32.sub (local.get $levels) (i32.const 1))))))
  (func (export "run") (call $twice (i32.const 40))))

;;; a loop with only so much fuel
;;; limits: fuel=10000
;;; expect: limit fuel
(module
  (func (export "run") (loop (br 0))))

;;; work that fits into the fuel, in a call after a set-up that had its own
;;; limits: fuel=10000
;;; expect: returns 1000
(module
  (func $count (export "run") (result i32) (local $turns i32)
    (loop $again (result i32)
      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $turns) (i32.const 1000)))
      (local.get $turns)))
  (func (export "_initialize") (drop (call $count))))

;;; a fill of more bytes than there is fuel, in one instruction
;;; limits: fuel=10000
;;; expect: limit fuel
(module
  (memory 1)
  (func (export "run")
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))))

;;; a copy of more bytes than there is fuel
;;; limits: fuel=10000
;;; expect: limit fuel
(module
  (memory 1)
  (func (export "run")
    (memory.copy (i32.const 0) (i32.const 1) (i32.const 65535))))

;;; a fill of more elements of a table than there is fuel
;;; limits: fuel=10000
;;; expect: limit fuel
(module
  (table $table 100000 funcref)
  (func (export "run")
    (table.fill $table (i32.const 0) (ref.null func) (i32.const 100000))))

;;; host calls in a loop, with only so much fuel
;;; limits: fuel=10000
;;; expect: limit fuel
(module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (func (export "run")
    (loop $again
      (drop (call $add (i32.const 1) (i32.const 2)))
      (br $again))))

;;; a loop at each level of a recursion, with only so much fuel
;;; limits: fuel=10000
;;; expect: limit fuel
(module
  (func $level (export "run") (local $turns i32)
    (loop $again
      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $turns) (i32.const 100))))
    (call $level)))

;;; a start function that traps
;;; expect: trapped `instantiate` trapped: it reached an `unreachable` instruction
(module
  (func $fail (unreachable))
  (start $fail)
  (func (export "run")))

;;; initial data of which the last byte lies outside of memory
;;; expect: trapped out of bounds memory access
(module
  (memory 1)
  (data (i32.const 65535) "ab")
  (func (export "run")))

;;; initial elements outside of their table
;;; expect: trapped out of bounds table access
(module
  (table 1 funcref)
  (elem (i32.const 1) func 0)
  (func (export "run")))

;;; a call through an element of another type, to confuse a number and an address
;;; expect: trapped indirect call type mismatch
(module
  (table funcref (elem $takes))
  (func $takes (param i64))
  (func (export "run") (call_indirect (i32.const 0))))
