;; A component that is taken out of an instance.
(component
  (component $holder
    (component $inner (core module) )
    (export "inner" (component $inner)))
  (instance $holder (instantiate $holder))
  (alias export $holder "inner" (component $taken))
  (instance (instantiate $taken)))
