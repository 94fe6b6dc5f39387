(module
    (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "https://example.com")
    (func (export "length") (result i32) (call $fetch (i32.const 0) (i32.const 19)))
    (func (export "sum") (param i32 i32) (result i32) (call $add (local.get 0) (local.get 1))))
