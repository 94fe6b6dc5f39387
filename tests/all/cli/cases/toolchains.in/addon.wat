(module
  (import "env" "napi_create_string_utf8" (func (param i32 i32 i32 i32) (result i32)))
  (import "napi" "napi_throw" (func (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "napi_register_wasm_v1") (param i32 i32) (result i32) (i32.const 0)))
