  (data (i32.const 16) "Hello, ")
  (data (i32.const 32) "1.2.3\00")
  (data (i32.const 40) "\ff\fe\00")
  (func $length (export "length") (param $text i32) (result i32) (local $end i32)
    (local.set $end (local.get $text))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (i32.load8_u (local.get $end))))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $end) (local.get $text)))
  ;; Puts the greeting where there is room for it.
  (func $greeting (param $name i32) (param $to i32) (result i32) (local $length i32)
    (local.set $length (call $length (local.get $name)))
    (memory.copy (local.get $to) (i32.const 16) (i32.const 7))
    (memory.copy (i32.add (local.get $to) (i32.const 7)) (local.get $name) (local.get $length))
    (i32.store16
      (i32.add (i32.add (local.get $to) (i32.const 7)) (local.get $length))
      (i32.const 0x0021))
    (local.get $to))
  ;; Its result is a block, as of a Rust `CString`.
  (func (export "greet") (param $name i32) (result i32)
    (call $greeting (local.get $name)
      (call $allocate (i32.add (call $length (local.get $name)) (i32.const 9)))))
  ;; Its result is no block, as where memory is collected.
  (func (export "greet_static") (param $name i32) (result i32)
    (call $greeting (local.get $name) (i32.const 4096)))
  (func (export "version") (result i32) (i32.const 32))
  (func (export "binary") (result i32) (i32.const 40))
  (func (export "itself") (param i32) (result i32) (local.get 0))
  (func (export "print") (param i32))
  (func (export "half") (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5)))
  ;; Fills the array with the first numbers of Fibonacci, and returns the last.
  (func (export "fib_array") (param $n i32) (param $to i32) (result i32)
    (local $a i32) (local $b i32) (local $i i32)
    (local.set $b (i32.const 1))
    (loop $next
      (i32.store (local.get $to) (local.get $b))
      (local.set $b (i32.add (local.get $a) (local.get $b)))
      (local.set $a (i32.load (local.get $to)))
      (local.set $to (i32.add (local.get $to) (i32.const 4)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $a))
