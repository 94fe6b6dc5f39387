;; A core module with imports that nobody serves.
(module
  (import "tracker" "begin" (func $begin (param i32)))
  (import "tracker" "end" (func $end (param f64) (result i32)))
  (func (export "seven") (result i32) (i32.const 7))
  (func (export "tracked") (result i32) (call $begin (i32.const 1)) (call $end (f64.const 1))))
