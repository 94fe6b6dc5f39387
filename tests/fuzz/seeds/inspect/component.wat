(component (core module $M (func (export "run") (result i32) i32.const 7)) (core instance $m (instantiate $M)) (func (export "run") (result s32) (canon lift (core func $m "run"))))
