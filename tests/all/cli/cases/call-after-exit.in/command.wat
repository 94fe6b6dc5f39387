;; A command whose main cannot be run twice, as that of a C program cannot.
(component
  (core module $code
    (global $ran (mut i32) (i32.const 0))
    (func (export "run") (result i32)
      (if (global.get $ran) (then unreachable))
      (global.set $ran (i32.const 1))
      (i32.const 0)))
  (core instance $code (instantiate $code))
  (func $run (result (result)) (canon lift (core func $code "run")))
  (instance $face (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $face)))
