;; `mk` returns a number in an `ok`, which `dbl` doubles.
(component
  (core module $m (memory (export "memory") 1)
    (func (export "mk") (result i32) (i32.store8 (i32.const 0) (i32.const 0)) (i32.store (i32.const 4) (i32.const 5)) (i32.const 0))
    (func (export "dbl") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))
  (core instance $i (instantiate $m))
  (func (export "mk") (result (result u32)) (canon lift (core func $i "mk") (memory (core memory $i "memory"))))
  (func (export "dbl") (param "x" u32) (result u32) (canon lift (core func $i "dbl"))))
