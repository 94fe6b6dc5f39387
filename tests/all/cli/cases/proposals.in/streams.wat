;; An async function and a stream, as WASI 0.3 has them.
(component
  (type $bytes (stream u8))
  (import "feed" (func async (result $bytes))))
