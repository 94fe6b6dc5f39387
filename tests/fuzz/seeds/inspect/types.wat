(component
  (type $math (instance (export "add" (func (param "a" s32) (param "b" s64) (result s32)))))
  (import "wit-host:contract/math@0.1.0" (instance (type $math))))
