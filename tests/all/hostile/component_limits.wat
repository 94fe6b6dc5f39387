;;; a loop without an end
;;; limits: wall-clock=100ms
;;; expect: limit wall_clock
(component
  (core module $M
    (func $run (export "run") (result i32)
      (loop (br 0))
      unreachable))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a loop without an end, with fuel
;;; limits: fuel=10000
;;; expect: limit fuel
(component
  (core module $M
    (func $run (export "run") (result i32)
      (loop (br 0))
      unreachable))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a recursion without an end
;;; expect: limit stack
(component
  (core module $M
    (func $run (export "run") (result i32)
      call $run))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a recursion through a table, with fuel
;;; limits: fuel=500
;;; expect: limit fuel
(component
  (core module $M
    (table 1 1 funcref)
    (elem (i32.const 0) $run)
    (func $run (export "run") (result i32)
      (call_indirect (result i32) (i32.const 0))))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a memory that grows until it may not
;;; limits: memory=4MiB
;;; expect: limit memory
(component
  (core module $M
    (memory 1)
    (func $run (export "run") (result i32)
      (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
      unreachable))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a memory that is too large from the start
;;; expect: limit memory
(component
  (core module $M
    (memory 65536)
    (func $run (export "run") (result i32)
      (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a table that is too large from the start
;;; expect: limit table_elements
(component
  (core module $M
    (table 100001 funcref)
    (func $run (export "run") (result i32)
      (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a table that grows until it may not
;;; limits: table-elements=5000
;;; expect: limit table_elements
(component
  (core module $M
    (table 1 funcref)
    (func $run (export "run") (result i32)
      (loop (br_if 0 (i32.ne
        (table.grow 0 (ref.null func) (i32.const 100)) (i32.const -1))))
      unreachable))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a memory that may not grow, in a guest that goes on without
;;; limits: memory=1MiB
;;; expect: returns -1
(component
  (core module $M
    (memory 1)
    (func $run (export "run") (result i32)
      (memory.grow (i32.const 100))))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; forty memories of 1 MiB each, whose sum is over the limit
;;; limits: memories=40
;;; expect: limit memory
(component
  (component $Ten
    (core module $M (memory 16))
    (core instance (instantiate $M)) (core instance (instantiate $M))
    (core instance (instantiate $M)) (core instance (instantiate $M))
    (core instance (instantiate $M)) (core instance (instantiate $M))
    (core instance (instantiate $M)) (core instance (instantiate $M))
    (core instance (instantiate $M)) (core instance (instantiate $M)))
  (instance (instantiate $Ten)) (instance (instantiate $Ten))
  (instance (instantiate $Ten)) (instance (instantiate $Ten)))

;;; forty memories that grow when they start, whose sum is over the limit
;;; limits: memories=40
;;; expect: limit memory
(component
  (component $Ten
    (core module $M
      (memory 1)
      (func $start (if (i32.eq (memory.grow (i32.const 15)) (i32.const -1)) (then unreachable)))
      (start $start))
    (core instance (instantiate $M)) (core instance (instantiate $M))
    (core instance (instantiate $M)) (core instance (instantiate $M))
    (core instance (instantiate $M)) (core instance (instantiate $M))
    (core instance (instantiate $M)) (core instance (instantiate $M))
    (core instance (instantiate $M)) (core instance (instantiate $M)))
  (instance (instantiate $Ten)) (instance (instantiate $Ten))
  (instance (instantiate $Ten)) (instance (instantiate $Ten)))

;;; one memory too many
;;; limits: memories=4
;;; expect: limit memories
(component
  (core module $M (memory 1) (func (export "run") (result i32) (i32.const 0)))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; one table too many
;;; limits: tables=4
;;; expect: limit tables
(component
  (core module $M (table 1 funcref) (func (export "run") (result i32) (i32.const 0)))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; tables that are over the limit in sum
;;; limits: table-elements=499
;;; expect: limit table_elements
(component
  (core module $M (table 100 funcref) (func (export "run") (result i32) (i32.const 0)))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; one instance too many when it runs
;;; limits: instances=4
;;; expect: limit instances
(component
  (core module $M (func (export "run") (result i32) (i32.const 0)))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; one instance too many to be compiled
;;; limits: effective-instances=4
;;; expect: costly effective_instances
(component
  (core module $M (func (export "run") (result i32) (i32.const 0)))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance (instantiate $M)) (core instance (instantiate $M))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; components that double their instances at every level
;;; limits: effective-instances=20
;;; expect: costly effective_instances
(component
  (component $a
    (core module $m)
    (core instance (instantiate $m)) (core instance (instantiate $m)))
  (component $b
    (alias outer 1 $a (component $a))
    (instance (instantiate $a)) (instance (instantiate $a)))
  (component $c
    (alias outer 1 $b (component $b))
    (instance (instantiate $b)) (instance (instantiate $b)))
  (component $d
    (alias outer 1 $c (component $c))
    (instance (instantiate $c)) (instance (instantiate $c)))
  (instance (instantiate $d)))

;;; components within components, one deeper than they may be
;;; limits: nesting=3
;;; expect: costly nesting
(component
  (component
    (component
      (component))))

;;; a module in the innermost component counts for the depth as well
;;; limits: nesting=2
;;; expect: costly nesting
(component (component (core module)))

;;; more definitions than there may be
;;; limits: definitions=4
;;; expect: costly definitions
(component
  (core module) (core module) (component) (component))

;;; an import of a component
;;; expect: mismatch handed over as a value
(component
  (import "c" (component $c))
  (instance (instantiate $c)))

;;; an import of a core module
;;; expect: mismatch `m`: the host has no such core module
(component
  (import "m" (core module $m))
  (core instance (instantiate $m)))

;;; an import of an instance with a component in it
;;; expect: mismatch handed over as a value
(component
  (import "i" (instance $i (export "c" (component))))
  (alias export $i "c" (component $c))
  (instance (instantiate $c)))

;;; a component that is taken out of an instance
;;; expect: mismatch handed over as a value
(component
  (component $a
    (component $b)
    (export "b" (component $b)))
  (instance $a (instantiate $a))
  (alias export $a "b" (component $b))
  (instance (instantiate $b)))

;;; a component that is handed to another one
;;; expect: mismatch handed over as a value
(component
  (component $a)
  (component $b
    (import "c" (component $c))
    (instance (instantiate $c)) (instance (instantiate $c)))
  (instance (instantiate $b (with "c" (component $a)))))

;;; an instance that is made of a component
;;; expect: mismatch handed over as a value
(component
  (component $a)
  (instance (export "a" (component $a))))

;;; an alias of a component that is not there
;;; expect: invalid unknown component 7
(component
  (component
    (alias outer 1 7 (component $c))
    (instance (instantiate $c))))

;;; two components that call each other without an end
;;; expect: trapped cannot enter component instance
(component
  ;; Each calls the other: the outer one through a table that it fills at its start.
  (component $Inner
    (import "up" (func $up (result s32)))
    (core func $up (canon lower (func $up)))
    (core module $M
      (import "host" "up" (func $up (result i32)))
      (func (export "down") (result i32) (call $up)))
    (core instance $m (instantiate $M
      (with "host" (instance (export "up" (func $up))))))
    (func (export "down") (result s32) (canon lift (core func $m "down"))))
  (core module $Table
    (table (export "table") 1 funcref)
    (func (export "up") (result i32) (call_indirect (result i32) (i32.const 0))))
  (core instance $table (instantiate $Table))
  (func $up (result s32) (canon lift (core func $table "up")))
  (instance $inner (instantiate $Inner (with "up" (func $up))))
  (core func $down (canon lower (func $inner "down")))
  (core module $Fill
    (import "m" "table" (table 1 funcref))
    (import "inner" "down" (func $down (result i32)))
    (elem (i32.const 0) $down)
    (func (export "run") (result i32) (call $down)))
  (core instance $fill (instantiate $Fill
    (with "m" (instance $table))
    (with "inner" (instance (export "down" (func $down))))))
  (func (export "run") (result s32) (canon lift (core func $fill "run"))))

;;; a component that loops while another one waits for it
;;; limits: wall-clock=100ms
;;; expect: limit wall_clock
(component
  (component $A
    (core module $M
      (func (export "f") (result i32) (loop (br 0)) unreachable))
    (core instance $m (instantiate $M))
    (func (export "f") (result s32) (canon lift (core func $m "f"))))
  (component $B
    (import "f" (func $f (result s32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "a" "f" (func $f (result i32)))
      (func (export "run") (result i32) (call $f)))
    (core instance $m (instantiate $M (with "a" (instance (export "f" (func $f))))))
    (func (export "run") (result s32) (canon lift (core func $m "run"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "f" (func $a "f"))))
  (export "run" (func $b "run")))

;;; a component that traps while another one waits for it
;;; expect: trapped unreachable
(component
  (component $A
    (core module $M
      (func (export "f") (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func (export "f") (result s32) (canon lift (core func $m "f"))))
  (component $B
    (import "f" (func $f (result s32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "a" "f" (func $f (result i32)))
      (func (export "run") (result i32) (call $f)))
    (core instance $m (instantiate $M (with "a" (instance (export "f" (func $f))))))
    (func (export "run") (result s32) (canon lift (core func $m "run"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "f" (func $a "f"))))
  (export "run" (func $b "run")))

;;; calls between components, which are not the host's to count
;;; limits: host-calls=500
;;; expect: returns 7
(component
  (component $A
    (core module $M
      (func (export "f") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M))
    (func (export "f") (result s32) (canon lift (core func $m "f"))))
  (component $B
    (import "f" (func $f (result s32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "a" "f" (func $f (result i32)))
      (func (export "run") (result i32)
        (local $left i32)
        (local.set $left (i32.const 10000))
        (loop $more
          (drop (call $f))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br_if $more (local.get $left)))
        (call $f)))
    (core instance $m (instantiate $M (with "a" (instance (export "f" (func $f))))))
    (func (export "run") (result s32) (canon lift (core func $m "run"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "f" (func $a "f"))))
  (export "run" (func $b "run")))

;;; a component that hands another one a string which is not its own
;;; expect: trapped string content out-of-bounds
(component
  (component $A
    (core module $M
      (memory (export "memory") 1)
      (func (export "f") (result i32) (i32.const 0))
      (data (i32.const 0) "\ff\ff\00\00\ff\00\00\00"))
    (core instance $m (instantiate $M))
    (func (export "f") (result string)
      (canon lift (core func $m "f") (memory (core memory $m "memory")))))
  (component $B
    (import "f" (func $f (result string)))
    (core module $M
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
    (core instance $m (instantiate $M))
    (core func $f (canon lower (func $f)
      (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
    (core module $Run
      (import "a" "f" (func $f (param i32)))
      (func (export "run") (result i32) (call $f (i32.const 16)) (i32.const 0)))
    (core instance $run (instantiate $Run (with "a" (instance (export "f" (func $f))))))
    (func (export "run") (result s32) (canon lift (core func $run "run"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B (with "f" (func $a "f"))))
  (export "run" (func $b "run")))

;;; calls of the host without a number
;;; limits: host-calls=10
;;; expect: limit host_calls
(component
  (import "wit-host:contract/math@0.1.0" (instance $math
    (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
  (core func $add (canon lower (func $math "add")))
  (core module $M
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (func (export "run") (result i32)
      (local $sum i32)
      (loop $more
        (local.set $sum (call $add (local.get $sum) (i32.const 1)))
        (br_if $more (i32.ne (local.get $sum) (i32.const -1))))
      (local.get $sum)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "add" (func $add))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; calls of the host from a start function
;;; limits: host-calls=10
;;; expect: limit host_calls
(component
  (import "wit-host:contract/math@0.1.0" (instance $math
    (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
  (core func $add (canon lower (func $math "add")))
  (core module $M
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (func $start
      (loop (drop (call $add (i32.const 1) (i32.const 1))) (br 0)))
    (start $start)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "add" (func $add))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a nested component whose start traps
;;; expect: trapped unreachable
(component
  (component $A
    (core module $M (func $start unreachable) (start $start))
    (core instance (instantiate $M)))
  (instance (instantiate $A)))

;;; one function with more parameters than there may be
;;; limits: signature=4
;;; expect: costly signature
(component (core module
  (type (func (param i32 i32 i32 i32 i32)))))

;;; functions in several modules, which are too many in sum
;;; limits: functions=3
;;; expect: costly functions
(component
  (core module (func) (func))
  (component (core module (func) (func))))

;;; lowered functions, which are compiled as well
;;; limits: functions=2
;;; expect: costly functions
(component
  (import "wit-host:contract/math@0.1.0" (instance $math
    (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
  (core func (canon lower (func $math "add")))
  (core func (canon lower (func $math "add")))
  (core func (canon lower (func $math "add"))))
