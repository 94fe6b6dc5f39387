;; Its only function has no name.
(module (func (export "") (result i32) i32.const 3))
