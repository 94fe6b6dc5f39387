;; The same of a guest that imports nothing.
(module
  (@custom "component-type:wit-bindgen:0.62.0:plugin" "\00")
  (func (export "run") (result i32) (i32.const 7)))
