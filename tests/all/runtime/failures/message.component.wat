;; Writes a message to standard error, twice, and fails.
(component
  (import "wasi:io/error@0.2.0" (instance $errors
    (export "error" (type (sub resource)))))
  (alias export $errors "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $output (sub resource)))
    (alias outer 1 $error (type $error'))
    (export "error" (type $error'' (eq $error')))
    (type $failure' (variant (case "last-operation-failed" (own $error'')) (case "closed")))
    (export "stream-error" (type $failure (eq $failure')))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $output)) (param "contents" (list u8))
      (result (result (error $failure)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stderr@0.2.0" (instance $stderr
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output'' (eq $output')))
    (export "get-stderr" (func (result (own $output''))))))
  (core module $Memory
    (memory (export "memory") 1)
    (data (i32.const 0) "the disk \1b[31m is full\n"))
  (core instance $memory (instantiate $Memory))
  (core func $get (canon lower (func $stderr "get-stderr")))
  (core func $write (canon lower
    (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $memory "memory"))))
  (core module $M
    (import "host" "get" (func $get (result i32)))
    (import "host" "write" (func $write (param i32 i32 i32 i32)))
    (func $give_up (export "run") (result i32)
      (local $stderr i32)
      (local.set $stderr (call $get))
      (call $write (local.get $stderr) (i32.const 0) (i32.const 23) (i32.const 64))
      (call $write (local.get $stderr) (i32.const 0) (i32.const 23) (i32.const 64))
      unreachable))
  (core instance $m (instantiate $M
    (with "host" (instance (export "get" (func $get)) (export "write" (func $write))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))
