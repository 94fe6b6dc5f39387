;; What else is valid and not run, all in one module.
(module
  (memory i64 1)
  (memory 1 1 shared)
  (func (export "run") (result i64)
    (drop (i32.atomic.load 1 (i32.const 0)))
    (drop (i32x4.relaxed_trunc_f32x4_s (v128.const i32x4 0 0 0 0)))
    (i64.add128 (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4))
    drop))
