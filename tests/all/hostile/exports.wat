;;; a module without `run`
;;; expect: no-function a core module's `_start`; it exports `walk`
(module (func (export "walk")))

;;; a component without `run`
;;; expect: no-function a core module's `_start`; it exports `walk`
(component
  (core module $m (func (export "walk")))
  (core instance $i (instantiate $m))
  (func (export "walk") (canon lift (core func $i "walk"))))

;;; a `run` whose letters are in upper case
;;; expect: no-function a core module's `_start`; it exports `Run`
(module (func (export "Run")))

;;; a `run` with a parameter
;;; expect: wrong-type failed to call `run`: it takes (i32), and was given ()
(module (func (export "run") (param i32)))

;;; a component's `run` with a parameter, which it may have where it is for no contract
;;; expect: wrong-type it takes (times), and was given 0 arguments
(component
  (core module $m (func (export "run") (param i32)))
  (core instance $i (instantiate $m))
  (func (export "run") (param "times" u32) (canon lift (core func $i "run"))))

;;; a `run` that gives a long number
;;; expect: returns -9223372036854775808
(module (func (export "run") (result i64) (i64.const 0x8000000000000000)))

;;; a `run` that gives no number
;;; expect: returns Float64(NaN)
(module (func (export "run") (result f64) (f64.const -nan:0xbad)))

;;; a `run` that gives nothing
;;; expect: returns
(module (func (export "run")))

;;; a `run` that gives two numbers
;;; expect: returns 1 2
(module (func (export "run") (result i32 i32) (i32.const 1) (i32.const 2)))

;;; a `run` that is a global
;;; expect: no-function no entry point, which is `run`, `wasi:cli/run` of WASI 0.2, or a core module's `_start`; it exports no function
(module (global (export "run") i32 (i32.const 7)))

;;; a `run` that is a memory
;;; expect: no-function no entry point, which is `run`, `wasi:cli/run` of WASI 0.2, or a core module's `_start`; it exports no function
(module (memory (export "run") 1))

;;; a `run` that is a table
;;; expect: no-function no entry point, which is `run`, `wasi:cli/run` of WASI 0.2, or a core module's `_start`; it exports no function
(module (table (export "run") 1 funcref))

;;; a global that is called by its name
;;; call: counter
;;; expect: no-function no function `counter`; it exports nothing
(module (global (export "counter") (mut i32) (i32.const 7)))

;;; a component's `run` that is an instance
;;; expect: no-function no entry point
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (instance (export "run") (export "f" (func $f))))

;;; a component's `run` that is a type
;;; expect: no-function no entry point, which is `run`, `wasi:cli/run` of WASI 0.2, or a core module's `_start`; it exports no function
(component (type $t u32) (export "run" (type $t)))

;;; a component's `run` that is a module
;;; expect: no-function no entry point, which is `run`, `wasi:cli/run` of WASI 0.2, or a core module's `_start`; it exports no function
(component (core module $m (func (export "run"))) (export "run" (core module $m)))

;;; a component's `run` that gives an unsigned number
;;; expect: returns 4294967295
(component
  (core module $m (func (export "run") (result i32) (i32.const -1)))
  (core instance $i (instantiate $m))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))

;;; a component's `run` that gives a truth value which is neither
;;; expect: returns Bool(true)
(component
  (core module $m (func (export "run") (result i32) (i32.const 77)))
  (core instance $i (instantiate $m))
  (func (export "run") (result bool) (canon lift (core func $i "run"))))

;;; a component's `run` that lifts a function of another type
;;; expect: invalid lowered result types
(component
  (core module $m (func (export "run") (result i64) (i64.const 1)))
  (core instance $i (instantiate $m))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))

;;; a `_start` with a parameter
;;; expect: wrong-type failed to call `_start`: it takes (i32), and was given ()
(module (func (export "_start") (param i32)))

;;; a `_start` that gives a number, which is no status
;;; expect: exits 0
(module (func (export "_start") (result i32) (i32.const 7)))

;;; a `_start` that is a memory
;;; expect: returns 1
(module (memory (export "_start") 1) (func (export "run") (result i32) (i32.const 1)))

;;; a `_start` that exits with a failure ahead of another function
;;; call: late
;;; expect: exits 9
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func (export "_start") (call $exit (i32.const 9)))
  (func (export "late") unreachable))

;;; an `_initialize` that never comes to an end of its own accord
;;; limits: wall-clock=100ms
;;; expect: limit wall_clock
(module (func (export "_initialize") (loop (br 0))) (func (export "run")))

;;; an `_initialize` that is a global
;;; expect: returns 1
(module
  (global (export "_initialize") i32 (i32.const 0))
  (func (export "run") (result i32) (i32.const 1)))

;;; an `_initialize` that is called a second time, by its name
;;; call: _initialize
;;; expect: trapped `_initialize` trapped: it reached an `unreachable` instruction
(module
  (global $done (mut i32) (i32.const 0))
  (func (export "_initialize")
    (if (global.get $done) (then unreachable))
    (global.set $done (i32.const 1))))

;;; two exports of one name
;;; expect: invalid duplicate export
(module (func (export "run")) (func (export "run") unreachable))

;;; two exports of a component of one name
;;; expect: invalid export name `run` conflicts with previous name `run`
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "run" (func $f)) (export "run" (func $f)))

;;; two exports of a component that differ in upper and lower case only
;;; expect: invalid conflicts with previous name
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "run" (func $f)) (export "RUN" (func $f)))

;;; a command that failed
;;; expect: exits 1
(component
  (core module $m (func (export "run") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance (export "wasi:cli/run@0.2.0") (export "run" (func $run))))

;;; a command whose result is neither success nor failure
;;; expect: trapped
(component
  (core module $m (func (export "run") (result i32) (i32.const 2)))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance (export "wasi:cli/run@0.2.0") (export "run" (func $run))))

;;; a command that wants a parameter
;;; expect: wrong-type failed to call `wasi:cli/run@0.2.0.run`: it takes (n)
(component
  (core module $m (func (export "run") (param i32) (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $run (param "n" u32) (result (result)) (canon lift (core func $i "run")))
  (instance (export "wasi:cli/run@0.2.0") (export "run" (func $run))))

;;; a command without its function
;;; expect: no-function a core module's `_start`; it exports `wasi:cli/run@0.2.0.walk`
(component
  (core module $m (func (export "walk")))
  (core instance $i (instantiate $m))
  (func $walk (canon lift (core func $i "walk")))
  (instance (export "wasi:cli/run@0.2.0") (export "walk" (func $walk))))

;;; a command that is a function
;;; expect: no-function a core module's `_start`; it exports `wasi:cli/run@0.2.0`
(component
  (core module $m (func (export "run")))
  (core instance $i (instantiate $m))
  (func (export "wasi:cli/run@0.2.0") (canon lift (core func $i "run"))))

;;; a function within an interface, by its full name
;;; call: pkg:ns/iface.func
;;; expect: returns 5
(component
  (core module $m (func (export "f") (result i32) (i32.const 5)))
  (core instance $i (instantiate $m))
  (func $f (result s32) (canon lift (core func $i "f")))
  (instance (export "pkg:ns/iface") (export "func" (func $f))))

;;; a function within an interface, without the interface's name
;;; call: func
;;; expect: returns 5
(component
  (core module $m (func (export "f") (result i32) (i32.const 5)))
  (core instance $i (instantiate $m))
  (func $f (result s32) (canon lift (core func $i "f")))
  (instance (export "pkg:ns/iface") (export "func" (func $f))))

;;; a function that an interface does not have
;;; call: pkg:ns/iface.other
;;; expect: no-function no function `pkg:ns/iface.other`; it has `pkg:ns/iface.func`, which looks like it; it exports `pkg:ns/iface.func`
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (instance (export "pkg:ns/iface") (export "func" (func $f))))

;;; an interface that is called as if it were a function
;;; call: pkg:ns/iface
;;; expect: no-function no function `pkg:ns/iface`
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (instance (export "pkg:ns/iface") (export "func" (func $f))))

;;; a name that is not among the exports
;;; call: nowhere
;;; expect: no-function no function `nowhere`; it exports `run`
(module (func (export "run")) (func $nowhere))

;;; a function of a resource that is exported on its own
;;; call: [static]r.f
;;; expect: returns
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (type $r (resource (rep i32)))
  (export "r" (type $r))
  (func (export "[static]r.f") (canon lift (core func $i "f"))))

;;; a function that is hidden in an instance within an instance
;;; call: a:b/c.h.g
;;; expect: no-function no function `a:b/c.h.g`; it exports nothing
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (instance $inner (export "g" (func $f)))
  (instance (export "a:b/c") (export "h" (instance $inner))))

;;; a function `run` in an interface that is no command
;;; expect: no-function a core module's `_start`; it exports `pkg:ns/tool@0.1.0.run`
(component
  (core module $m (func (export "f") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func $f (result s32) (canon lift (core func $i "f")))
  (instance (export "pkg:ns/tool@0.1.0") (export "run" (func $f))))

;;; an `_initialize` with a parameter, which is no set-up
;;; expect: returns 1
(module
  (func (export "_initialize") (param i32) unreachable)
  (func (export "run") (result i32) (i32.const 1)))

;;; a `_start` with a parameter beside a `run`
;;; expect: returns 1
(module
  (func (export "_start") (param i32) unreachable)
  (func (export "run") (result i32) (i32.const 1)))
