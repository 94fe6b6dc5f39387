;; It was built against the first version of WASI 0.2, and the host has a later one.
(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (export "now" (func (result u64)))
    (export "resolution" (func (result u64)))))
  (alias export $clock "now" (func $now))
  (alias export $clock "resolution" (func $resolution))
  (core func $now (canon lower (func $now)))
  (core func $resolution (canon lower (func $resolution)))
  (core module $code
    (import "" "now" (func $now (result i64)))
    (import "" "resolution" (func $resolution (result i64)))
    (func (export "resolution") (result i64) (call $resolution))
    (func (export "now") (result i64) (call $now)))
  (core instance $code (instantiate $code (with "" (instance
    (export "now" (func $now)) (export "resolution" (func $resolution))))))
  (func (export "resolution") (result u64) (canon lift (core func $code "resolution")))
  (func (export "now") (result u64) (canon lift (core func $code "now"))))
