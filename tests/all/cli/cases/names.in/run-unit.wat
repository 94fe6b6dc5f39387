;; Its `run` is not the one of the contract, which it does not import.
(component
  (core module $m (func (export "run")) (func (export "other") (result i32) i32.const 7))
  (core instance $i (instantiate $m))
  (func (export "run") (canon lift (core func $i "run")))
  (func (export "other") (result u32) (canon lift (core func $i "other"))))
