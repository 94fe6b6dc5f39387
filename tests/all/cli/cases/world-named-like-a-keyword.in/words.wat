;; It exports what the world `world` has.
(component
  (core module $code
    (func (export "same") (param i32) (result i32) (local.get 0)))
  (core instance $code (instantiate $code))
  (func $export (param "package" u32) (result u32) (canon lift (core func $code "same")))
  (func $map (param "list" u32) (result u32) (canon lift (core func $code "same")))
  (instance $interface (export "map" (func $map)))
  (export "odd:package/interface@1.0.0" (instance $interface))
  (export "export" (func $export)))
