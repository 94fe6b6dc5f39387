;; Each function asks for more memory than it may have, and gives up in a way of its own: by an
;; error that it catches, as an interpreter does; by a status; by an abort; by a null pointer.
(component
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (export "exit" (func (param "status" (result))))))
  (alias export $exit "exit" (func $exit-func))
  (core func $exit (canon lower (func $exit-func)))
  (core module $code
    (import "" "exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "MemoryError")
    (func $grow (result i32) (memory.grow (i32.const 10000)))
    (func (export "error") (result i32)
      (i32.store8 (i32.const 0) (i32.eq (call $grow) (i32.const -1)))
      (i32.store (i32.const 4) (i32.const 16)) (i32.store (i32.const 8) (i32.const 11))
      (i32.const 0))
    (func (export "status") (drop (call $grow)) (call $exit (i32.const 1)))
    (func (export "abort") (if (i32.eq (call $grow) (i32.const -1)) (then unreachable)))
    (func (export "null") (i32.store (call $grow) (i32.const 1)))
    (func (export "goes-on") (result i32) (call $grow)))
  (core instance $code (instantiate $code (with "" (instance (export "exit" (func $exit))))))
  (func (export "error") (result (result u32 (error string)))
    (canon lift (core func $code "error") (memory (core memory $code "memory"))))
  (func (export "status") (canon lift (core func $code "status")))
  (func (export "abort") (canon lift (core func $code "abort")))
  (func (export "null") (canon lift (core func $code "null")))
  (func (export "goes-on") (result s32) (canon lift (core func $code "goes-on"))))
