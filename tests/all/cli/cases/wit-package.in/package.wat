;; What tools write of a package that has a world: types, and nothing else.
(component
  (type (component
    (type (component
      (type (func (param "x" u32) (param "y" u32) (result u32)))
      (export "add" (func (type 0)))))
    (export "docs:adder/add@0.1.0" (component (type 0)))))
  (export "add" (type 0)))
