;; What throws and what was built for JavaScript are told together.
(module
  (import "env" "invoke_vi" (func (param i32 i32)))
  (tag $oops (param i32))
  (func (export "run") (throw $oops (i32.const 1))))
