(component
    (import "a:b/one" (instance $other (export "f" (func))))
    (alias export $other "f" (func $f))
    (core func $lowered (canon lower (func $f)))
    (core module $m (import "" "f" (func $f)) (func (export "f") (call $f)))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $lowered))))))
    (func $own (canon lift (core func $i "f")))
    (instance $exported (export "f" (func $own)))
    (export "a:b/two" (instance $exported)))
