;; Built for another version of the contract, in which `b` has 64 bits.
(component
  (import "wit-host:contract/math@0.1.0" (instance
    (export "add" (func (param "a" s32) (param "b" s64) (result s32))))))
