;; What a server calls, and a command of another WASI.
(component
  (core module $code (func (export "handle")))
  (core instance $code (instantiate $code))
  (func $handle (canon lift (core func $code "handle")))
  (instance $face (export "handle" (func $handle)))
  (export "wasi:http/incoming-handler@0.2.0" (instance $face)))
