;; Its functions take a record and a text.
(component
  (core module $code
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "add") (param i32 i32 f64) (result i32) (local.get 1)))
  (core instance $code (instantiate $code))
  (type $item' (record (field "name" string) (field "price" f64)))
  (export $item "item" (type $item'))
  (func (export "add-item") (param "item" $item) (result u32)
    (canon lift (core func $code "add") (memory (core memory $code "memory"))
      (realloc (core func $code "realloc")))))
