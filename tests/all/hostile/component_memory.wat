;;; a realloc that traps while the host returns a string
;;; expect: trapped unreachable
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      unreachable))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that loops while the host returns a string
;;; limits: wall-clock=100ms
;;; expect: limit wall_clock
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (loop (br 0)) unreachable))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that calls itself without an end
;;; expect: limit stack
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call 0 (local.get 0) (local.get 1) (local.get 2) (local.get 3))))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that returns the null address, which is one like any other
;;; expect: returns 72
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 0))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load8_u (i32.const 0))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc whose block ends one byte after memory
;;; expect: trapped beyond end of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 65532))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that returns an address near 4 GiB
;;; expect: trapped beyond end of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const -1))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that returns an unaligned address
;;; expect: trapped not aligned
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "h\00i\00")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 33))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    string-encoding=utf16
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 2) (i32.const 16))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that returns the address of the argument and of the result
;;; expect: returns 14
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      ;; The text goes to 14 to 19, and then its address and length to 16 to 24.
      i32.const 14))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that grows memory, which moves it
;;; expect: returns 72
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (drop (memory.grow (i32.const 100)))
      (i32.const 6553600)))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load8_u (i32.const 6553600))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that grows memory over the limit
;;; limits: memory=1MiB
;;; expect: limit memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (memory.grow (i32.const 100))))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that calls the host function for which it allocates
;;; expect: trapped cannot leave component instance
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (table (export "table") 1 funcref)
    ;; The function of the table is set when the host's is there.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call_indirect (i32.const 0))
      (i32.const 0)))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "table" (table 1 funcref))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (elem (i32.const 0) $again)
    (func $again (call $upper (i32.const 0) (i32.const 5) (i32.const 16)))
    (func (export "run") (result i32) (call $again) (i32.const 0)))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that exits
;;; expect: trapped cannot leave component instance
(component
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (export "exit" (func (param "status" (result))))))
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core func $exit (canon lower (func $exit "exit")))
  (core module $M
    (import "host" "exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call $exit (i32.const 0))
      (i32.const 0)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "exit" (func $exit))))))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.const 0)))
  (core instance $run (instantiate $Run
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; no realloc where the host returns a string
;;; expect: invalid realloc
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello"))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 16))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; no memory where the guest returns a string
;;; call: f
;;; expect: invalid memory
(component
  (core module $M (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result string) (canon lift (core func $m "f"))))

;;; a memory that its instance does not export
;;; call: f
;;; expect: invalid memory
(component
  (core module $M
    (memory 1)
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result string)
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; the memory of another instance than the function's
;;; call: f
;;; expect: returns other
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\05\00\00\00other"))
  (core module $F (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (core instance $f (instantiate $F))
  (func (export "f") (result string)
    (canon lift (core func $f "f") (memory (core memory $m "memory")))))

;;; a post-return that traps, after the result is there
;;; call: f
;;; expect: trapped unreachable
(component
  (core module $M
    (memory (export "memory") 1)
    (func (export "f") (result i32) (i32.const 0))
    (func (export "free") (param i32) unreachable))
  (core instance $m (instantiate $M))
  (func (export "f") (result string)
    (canon lift (core func $m "f") (memory (core memory $m "memory"))
      (post-return (core func $m "free")))))

;;; a post-return that loops
;;; limits: wall-clock=100ms
;;; call: f
;;; expect: limit wall_clock
(component
  (core module $M
    (memory (export "memory") 1)
    (func (export "f") (result i32) (i32.const 0))
    (func (export "free") (param i32) (loop (br 0))))
  (core instance $m (instantiate $M))
  (func (export "f") (result string)
    (canon lift (core func $m "f") (memory (core memory $m "memory"))
      (post-return (core func $m "free")))))

;;; a post-return that calls the host
;;; expect: trapped cannot leave component instance
(component
  (import "wit-host:contract/math@0.1.0" (instance $math
    (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
  (core func $add (canon lower (func $math "add")))
  (core module $M
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (func (export "run") (result i32) (i32.const 0))
    (func (export "free") (param i32)
      (drop (call $add (i32.const 1) (i32.const 1)))))
  (core instance $m (instantiate $M
    (with "host" (instance (export "add" (func $add))))))
  (func (export "run") (result s32)
    (canon lift (core func $m "run") (post-return (core func $m "free")))))

;;; a start function that loops
;;; limits: wall-clock=100ms
;;; expect: limit wall_clock
(component
  (core module $M
    (func $start (loop (br 0)))
    (start $start)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a start function that traps
;;; expect: trapped unreachable
(component
  (core module $M
    (func $start unreachable)
    (start $start)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; an address for the host's result after the end of memory
;;; expect: trapped pointer out of bounds
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 0))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 65532))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; an unaligned address for the host's result
;;; expect: trapped pointer not aligned
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 0))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 5) (i32.const 17))
      (i32.load (i32.const 16))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; an address of the guest's result after the end of memory
;;; call: f
;;; expect: trapped pointer out of bounds of memory
(component
  (core module $M
    (memory (export "memory") 1)
    (func (export "f") (result i32) (i32.const 65532)))
  (core instance $m (instantiate $M))
  (func (export "f") (result string)
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; an unaligned address of the guest's result
;;; call: f
;;; expect: trapped return pointer not aligned
(component
  (core module $M
    (memory (export "memory") 1)
    (func (export "f") (result i32) (i32.const 2)))
  (core instance $m (instantiate $M))
  (func (export "f") (result string)
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))
