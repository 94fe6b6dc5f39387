(module
  (type (func (param i32 i32 i32)))
  (func (export "run") (local i32 i32 i32) (loop (loop (loop (nop))))))
