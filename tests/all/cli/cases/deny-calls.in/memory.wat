;; One of its imports is no function, which cannot be denied.
(module
  (import "tracker" "begin" (func $begin (param i32)))
  (import "tracker" "memory" (memory 1)))
