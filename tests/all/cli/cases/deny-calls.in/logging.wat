;; It imports an interface that the host does not have, which only `loud` calls.
(component
  (import "wasi:logging/logging@0.1.0-draft" (instance $logging
    (export "log" (func (param "level" u8)))))
  (alias export $logging "log" (func $log))
  (core func $log (canon lower (func $log)))
  (core module $code
    (import "" "log" (func $log (param i32)))
    (func (export "quiet") (result i32) (i32.const 7))
    (func (export "loud") (call $log (i32.const 1))))
  (core instance $code (instantiate $code (with "" (instance (export "log" (func $log))))))
  (func (export "quiet") (result u32) (canon lift (core func $code "quiet")))
  (func (export "loud") (canon lift (core func $code "loud"))))
