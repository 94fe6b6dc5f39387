;; It throws, and is not valid whatever the host runs.
(module
  (tag $oops (param i32))
  (func (export "run") (result i32)
    (throw $oops (i64.const 9))))
