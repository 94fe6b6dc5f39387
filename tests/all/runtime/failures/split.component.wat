;; Splits a text into more parts than the host function gives.
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "split" (func (param "text" string) (param "separator" string)
      (result (list string))))))
  (core module $Memory
    (memory (export "memory") 4)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8)))
  (core instance $memory (instantiate $Memory))
  (core func $split (canon lower (func $strings "split")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core module $M
    (import "host" "split" (func $split (param i32 i32 i32 i32 i32)))
    (func (export "run") (result i32)
      (call $split
        (i32.const 16) (i32.const 200000) (i32.const 0) (i32.const 1) (i32.const 4))
      (i32.const 0)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "split" (func $split))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))
