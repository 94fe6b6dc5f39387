;; It traps in functions with the names that compilers of C++ and Rust give them.
(module
  (func $_ZN4shop4cart3addERKNSt3__212basic_stringIcEE unreachable)
  (func $_ZNSt3__26vectorIiNS_9allocatorIiEEE9push_backEOi (call 0))
  (func $_ZN4core3ops8function6FnOnce9call_once17h0123456789abcdefE (call 1))
  (func (export "fail") (call 2)))
