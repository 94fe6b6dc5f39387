;; Two interfaces that the host does not have, one of which takes the resource of the other.
(component
  (import "wasi:keyvalue/store@0.2.0-draft" (instance $store
    (export "bucket" (type $bucket (sub resource)))
    (export "open" (func (result (own $bucket))))))
  (alias export $store "bucket" (type $bucket))
  (import "wasi:keyvalue/batch@0.2.0-draft" (instance $batch
    (alias outer 1 $bucket (type $bucket'))
    (export "bucket" (type $bucket (eq $bucket')))
    (export "count" (func (param "of" (borrow $bucket)) (result u32)))))
  (alias export $store "open" (func $open))
  (alias export $batch "count" (func $count))
  (core func $open (canon lower (func $open)))
  (core func $count (canon lower (func $count)))
  (core module $code
    (import "" "open" (func $open (result i32)))
    (import "" "count" (func $count (param i32) (result i32)))
    (func (export "seven") (result i32) (i32.const 7))
    (func (export "all") (result i32) (call $count (call $open))))
  (core instance $code (instantiate $code (with "" (instance
    (export "open" (func $open)) (export "count" (func $count))))))
  (func (export "seven") (result u32) (canon lift (core func $code "seven")))
  (func (export "all") (result u32) (canon lift (core func $code "all"))))
