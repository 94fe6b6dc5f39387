;; The same as a core module.
(module
  (global $ran (mut i32) (i32.const 0))
  (func (export "_start")
    (if (global.get $ran) (then unreachable))
    (global.set $ran (i32.const 1))))
