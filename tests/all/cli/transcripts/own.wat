;; A component that was made for no contract: its `run` is its own.
(component
  (core module $Main
    (func (export "run"))
    (func (export "other") (result i32) (i32.const 7)))
  (core instance $main (instantiate $Main))
  (func (export "run") (canon lift (core func $main "run")))
  (func (export "other") (result u32) (canon lift (core func $main "other"))))
