(component
    (import "shop:prices/prices@1.0.0" (instance $p
        (export "price" (func (param "article" string) (result u32)))))
    (core module $memory (memory (export "memory") 1) (data (i32.const 0) "teasalt"))
    (core instance $memory (instantiate $memory))
    (core func $price (canon lower (func $p "price") (memory (core memory $memory "memory"))))
    (core module $m
        (import "p" "price" (func $price (param i32 i32) (result i32)))
        (func (export "total") (result i32)
            (i32.add (call $price (i32.const 0) (i32.const 3))
                (call $price (i32.const 3) (i32.const 4))))
        (func (export "of-nothing") (result i32)
            (call $price (i32.const 0) (i32.const 0))))
    (core instance $m (instantiate $m (with "p" (instance (export "price" (func $price))))))
    (func (export "total") (result u32) (canon lift (core func $m "total")))
    (func (export "of-nothing") (result u32) (canon lift (core func $m "of-nothing"))))
