(module
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (import "env" "from_utf8" (func $from_utf8 (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "tea\ff")
    (func (export "sum") (param i32 i32) (result i32)
        (call $add (local.get 0) (local.get 1)))
    (func (export "no-text") (result i32) (call $from_utf8 (i32.const 0) (i32.const 4))))
