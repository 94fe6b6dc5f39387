(component
    (core module $m
        (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
        (func (export "price") (param i32 i32) (result i32)
            (if (i32.eqz (local.get 1)) (then (unreachable)))
            (if (result i32) (i32.eq (local.get 1) (i32.const 3))
                (then (i32.const 250)) (else (i32.const 99)))))
    (core instance $i (instantiate $m))
    (func $price (param "article" string) (result u32)
        (canon lift (core func $i "price")
            (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (instance $prices (export "price" (func $price)))
    (export "shop:prices/prices@1.0.0" (instance $prices)))
