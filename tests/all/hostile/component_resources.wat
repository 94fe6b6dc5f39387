;;; a handle that is dropped twice
;;; expect: trapped unknown handle index 1
(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type (sub resource)))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $drop (canon resource.drop $output))
  (core module $M
    (import "host" "get" (func $get (result i32)))
    (import "host" "drop" (func $drop (param i32)))
    (func (export "run") (result i32)
      (call $drop (call $get))
      (call $drop (i32.const 1))
      (i32.const 0)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "get" (func $get)) (export "drop" (func $drop))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a handle that was never given
;;; expect: trapped unknown handle index 1
(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type (sub resource)))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $drop (canon resource.drop $output))
  (core module $M
    (import "host" "get" (func $get (result i32)))
    (import "host" "drop" (func $drop (param i32)))
    (func (export "run") (result i32)
      (call $drop (i32.const 1))
      (i32.const 0)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "get" (func $get)) (export "drop" (func $drop))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a handle of -1
;;; expect: trapped unknown handle index 4294967295
(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type (sub resource)))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $drop (canon resource.drop $output))
  (core module $M
    (import "host" "get" (func $get (result i32)))
    (import "host" "drop" (func $drop (param i32)))
    (func (export "run") (result i32)
      (call $drop (i32.const -1))
      (i32.const 0)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "get" (func $get)) (export "drop" (func $drop))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; handles that are taken and never given back
;;; limits: handles=20
;;; expect: limit handles
(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type (sub resource)))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $drop (canon resource.drop $output))
  (core module $M
    (import "host" "get" (func $get (result i32)))
    (import "host" "drop" (func $drop (param i32)))
    (func (export "run") (result i32)
      (loop $more (drop (call $get)) (br $more))
      (i32.const 0)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "get" (func $get)) (export "drop" (func $drop))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; handles that are all given back, in any number
;;; limits: handles=20
;;; expect: returns 1
(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type (sub resource)))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $drop (canon resource.drop $output))
  (core module $M
    (import "host" "get" (func $get (result i32)))
    (import "host" "drop" (func $drop (param i32)))
    (func (export "run") (result i32)
      (local $left i32)
      (local.set $left (i32.const 1000))
      (loop $more
        (call $drop (call $get))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br_if $more (local.get $left)))
      (call $get)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "get" (func $get)) (export "drop" (func $drop))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a flood of output
;;; limits: output=4KiB
;;; expect: limit output
(component
  (import "wasi:io/error@0.2.0" (instance $error-i
    (export "error" (type (sub resource)))))
  (alias export $error-i "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $error'))
    (export "error" (type $error (eq $error')))
    (type $failure' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $failure (eq $failure')))
    (export "output-stream" (type $output (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output)) (param "contents" (list u8))
        (result (result (error $failure)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core module $M (memory (export "memory") 2))
  (core instance $m (instantiate $M))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $f (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $m "memory"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "get" (func $get (result i32)))
    (import "host" "f" (func $f (param i32 i32 i32 i32)))
    (func (export "run") (result i32)
      (local $out i32)
      (local.set $out (call $get))
      (loop $more
        (call $f (local.get $out) (i32.const 64) (i32.const 1024) (i32.const 0))
        (br $more))
      (i32.const 0)))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "get" (func $get)) (export "f" (func $f))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a flood of writes of nothing
;;; limits: wall-clock=100ms
;;; expect: limit wall_clock
(component
  (import "wasi:io/error@0.2.0" (instance $error-i
    (export "error" (type (sub resource)))))
  (alias export $error-i "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $error'))
    (export "error" (type $error (eq $error')))
    (type $failure' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $failure (eq $failure')))
    (export "output-stream" (type $output (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output)) (param "contents" (list u8))
        (result (result (error $failure)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core module $M (memory (export "memory") 2))
  (core instance $m (instantiate $M))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $f (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $m "memory"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "get" (func $get (result i32)))
    (import "host" "f" (func $f (param i32 i32 i32 i32)))
    (func (export "run") (result i32)
      (local $out i32)
      (local.set $out (call $get))
      (loop $more
        (call $f (local.get $out) (i32.const 64) (i32.const 0) (i32.const 0))
        (br $more))
      (i32.const 0)))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "get" (func $get)) (export "f" (func $f))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; one blocking write of more than is taken at once
;;; expect: trapped 4096
(component
  (import "wasi:io/error@0.2.0" (instance $error-i
    (export "error" (type (sub resource)))))
  (alias export $error-i "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $error'))
    (export "error" (type $error (eq $error')))
    (type $failure' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $failure (eq $failure')))
    (export "output-stream" (type $output (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output)) (param "contents" (list u8))
        (result (result (error $failure)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core module $M (memory (export "memory") 2))
  (core instance $m (instantiate $M))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $f (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $m "memory"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "get" (func $get (result i32)))
    (import "host" "f" (func $f (param i32 i32 i32 i32)))
    (func (export "run") (result i32)
      (local $out i32)
      (local.set $out (call $get))
      (call $f (local.get $out) (i32.const 64) (i32.const 4097) (i32.const 0))
      (i32.load8_u (i32.const 0))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "get" (func $get)) (export "f" (func $f))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; zeros without a number to be written
;;; expect: trapped cannot write more zeroes
(component
  (import "wasi:io/error@0.2.0" (instance $error-i
    (export "error" (type (sub resource)))))
  (alias export $error-i "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $error'))
    (export "error" (type $error (eq $error')))
    (type $failure' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $failure (eq $failure')))
    (export "output-stream" (type $output (sub resource)))
    (export "[method]output-stream.write-zeroes"
      (func (param "self" (borrow $output)) (param "len" u64)
        (result (result (error $failure)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core module $M (memory (export "memory") 2))
  (core instance $m (instantiate $M))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $f (canon lower (func $streams "[method]output-stream.write-zeroes")
    (memory (core memory $m "memory"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "get" (func $get (result i32)))
    (import "host" "f" (func $f (param i32 i64 i32)))
    (func (export "run") (result i32)
      (call $f (call $get) (i64.const -1) (i32.const 0))
      (i32.load8_u (i32.const 0))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "get" (func $get)) (export "f" (func $f))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a wait for the longest time that there is
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    (export "poll"
      (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (type $duration' u64)
    (export "duration" (type $duration (eq $duration')))
    (export "subscribe-duration"
      (func (param "when" $duration) (result (own $pollable))))))
  (core module $M
    (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
  (core instance $m (instantiate $M))
  (core func $timer (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $poll (canon lower (func $poll "poll")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "timer" (func $timer (param i64) (result i32)))
    (import "host" "block" (func $block (param i32)))
    (import "host" "poll" (func $poll (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $block (call $timer (i64.const -1)))
      (i32.const 0)))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance
      (export "timer" (func $timer))
      (export "block" (func $block))
      (export "poll" (func $poll))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a wait for nothing, again and again
;;; limits: wall-clock=100ms
;;; expect: limit wall_clock
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    (export "poll"
      (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (type $duration' u64)
    (export "duration" (type $duration (eq $duration')))
    (export "subscribe-duration"
      (func (param "when" $duration) (result (own $pollable))))))
  (core module $M
    (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
  (core instance $m (instantiate $M))
  (core func $timer (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $poll (canon lower (func $poll "poll")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "timer" (func $timer (param i64) (result i32)))
    (import "host" "block" (func $block (param i32)))
    (import "host" "poll" (func $poll (param i32 i32 i32)))
    (func (export "run") (result i32)
      (local $timer i32)
      (local.set $timer (call $timer (i64.const 0)))
      (loop $more
        (call $block (local.get $timer))
        (br $more))
      (i32.const 0)))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance
      (export "timer" (func $timer))
      (export "block" (func $block))
      (export "poll" (func $poll))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a poll of an empty list
;;; expect: trapped poll
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    (export "poll"
      (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (type $duration' u64)
    (export "duration" (type $duration (eq $duration')))
    (export "subscribe-duration"
      (func (param "when" $duration) (result (own $pollable))))))
  (core module $M
    (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
  (core instance $m (instantiate $M))
  (core func $timer (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $poll (canon lower (func $poll "poll")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "timer" (func $timer (param i64) (result i32)))
    (import "host" "block" (func $block (param i32)))
    (import "host" "poll" (func $poll (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $poll (i32.const 0) (i32.const 0) (i32.const 16))
      (i32.const 0)))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance
      (export "timer" (func $timer))
      (export "block" (func $block))
      (export "poll" (func $poll))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a poll of the same timer nine hundred times over
;;; expect: returns 900
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    (export "poll"
      (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (type $duration' u64)
    (export "duration" (type $duration (eq $duration')))
    (export "subscribe-duration"
      (func (param "when" $duration) (result (own $pollable))))))
  (core module $M
    (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
  (core instance $m (instantiate $M))
  (core func $timer (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $poll (canon lower (func $poll "poll")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "timer" (func $timer (param i64) (result i32)))
    (import "host" "block" (func $block (param i32)))
    (import "host" "poll" (func $poll (param i32 i32 i32)))
    (func (export "run") (result i32)
      (local $at i32) (local $timer i32)
      (local.set $timer (call $timer (i64.const 0)))
      (loop $next
        (i32.store offset=64 (local.get $at) (local.get $timer))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 3600))))
      (call $poll (i32.const 64) (i32.const 900) (i32.const 16))
      (i32.load (i32.const 20))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance
      (export "timer" (func $timer))
      (export "block" (func $block))
      (export "poll" (func $poll))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a handle of another type
;;; expect: trapped handle index 1 used with the wrong type
(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "input-stream" (type (sub resource)))
    (export "output-stream" (type (sub resource)))))
  (alias export $streams "input-stream" (type $input))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output (type $output'))
    (export "output-stream" (type $output (eq $output')))
    (export "get-stdout" (func (result (own $output))))))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $drop (canon resource.drop $input))
  (core module $M
    (import "host" "get" (func $get (result i32)))
    (import "host" "drop" (func $drop (param i32)))
    (func (export "run") (result i32) (call $drop (call $get)) (i32.const 0)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "get" (func $get)) (export "drop" (func $drop))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; more random bytes than are allowed
;;; limits: random=1KiB
;;; expect: limit random
(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
  (core module $M
    (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $m (instantiate $M))
  (core func $bytes (canon lower (func $random "get-random-bytes")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "bytes" (func $bytes (param i64 i32)))
    (func (export "run") (result i32)
      (call $bytes (i64.const 1025) (i32.const 16))
      (i32.load (i32.const 20))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "bytes" (func $bytes))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; an exit that says that all is well
;;; expect: exits 0
(component
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (export "exit" (func (param "status" (result))))))
  (core func $exit (canon lower (func $exit "exit")))
  (core module $M
    (import "host" "exit" (func $exit (param i32)))
    (func (export "run") (result i32)
      (call $exit (i32.const 0))
      (loop (br 0))
      unreachable))
  (core instance $m (instantiate $M
    (with "host" (instance (export "exit" (func $exit))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; an exit that says that something failed
;;; expect: exits 1
(component
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (export "exit" (func (param "status" (result))))))
  (core func $exit (canon lower (func $exit "exit")))
  (core module $M
    (import "host" "exit" (func $exit (param i32)))
    (func (export "run") (result i32)
      (call $exit (i32.const 1))
      (loop (br 0))
      unreachable))
  (core instance $m (instantiate $M
    (with "host" (instance (export "exit" (func $exit))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; directories where none was granted
;;; expect: returns 0
(component
  (import "wasi:filesystem/types@0.2.0" (instance $types
    (export "descriptor" (type (sub resource)))))
  (alias export $types "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
    (alias outer 1 $descriptor (type $descriptor'))
    (export "descriptor" (type $descriptor (eq $descriptor')))
    (export "get-directories"
      (func (result (list (tuple (own $descriptor) string)))))))
  (core module $M
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $m (instantiate $M))
  (core func $list (canon lower (func $preopens "get-directories")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "list" (func $list (param i32)))
    (func (export "run") (result i32)
      (call $list (i32.const 16))
      (i32.load (i32.const 20))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "list" (func $list))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a name looked up in the network, which fails for good
;;; expect: returns 20
(component
  (import "wasi:sockets/network@0.2.0" (instance $network-i
    (export "network" (type (sub resource)))
    (type $code (enum "unknown" "access-denied" "not-supported" "invalid-argument"
      "out-of-memory" "timeout" "concurrency-conflict" "not-in-progress" "would-block"
      "invalid-state" "new-socket-limit" "address-not-bindable" "address-in-use"
      "remote-unreachable" "connection-refused" "connection-reset" "connection-aborted"
      "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
      "permanent-resolver-failure"))
    (export "error-code" (type (eq $code)))))
  (alias export $network-i "network" (type $network))
  (alias export $network-i "error-code" (type $code))
  (import "wasi:sockets/instance-network@0.2.0" (instance $instance
    (alias outer 1 $network (type $network'))
    (export "network" (type $network (eq $network')))
    (export "instance-network" (func (result (own $network))))))
  (import "wasi:sockets/ip-name-lookup@0.2.0" (instance $lookup
    (alias outer 1 $network (type $network'))
    (export "network" (type $network (eq $network')))
    (alias outer 1 $code (type $code'))
    (export "error-code" (type $code (eq $code')))
    (export "resolve-address-stream" (type $stream (sub resource)))
    (export "resolve-addresses"
      (func (param "network" (borrow $network)) (param "name" string)
        (result (result (own $stream) (error $code)))))))
  (core module $M (memory (export "memory") 1) (data (i32.const 0) "localhost"))
  (core instance $m (instantiate $M))
  (core func $net (canon lower (func $instance "instance-network")))
  (core func $resolve (canon lower (func $lookup "resolve-addresses")
    (memory (core memory $m "memory"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "net" (func $net (result i32)))
    (import "host" "resolve" (func $resolve (param i32 i32 i32 i32)))
    ;; The case of the error, or -1.
    (func (export "run") (result i32)
      (call $resolve (call $net) (i32.const 0) (i32.const 9) (i32.const 16))
      (select (i32.load8_u (i32.const 20)) (i32.const -1) (i32.load8_u (i32.const 16)))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "net" (func $net)) (export "resolve" (func $resolve))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a socket, to which access is denied
;;; expect: returns 1
(component
  (import "wasi:sockets/network@0.2.0" (instance $network-i
    (export "network" (type (sub resource)))
    (type $code (enum "unknown" "access-denied" "not-supported" "invalid-argument"
      "out-of-memory" "timeout" "concurrency-conflict" "not-in-progress" "would-block"
      "invalid-state" "new-socket-limit" "address-not-bindable" "address-in-use"
      "remote-unreachable" "connection-refused" "connection-reset" "connection-aborted"
      "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
      "permanent-resolver-failure"))
    (export "error-code" (type (eq $code)))
    (type $family (enum "ipv4" "ipv6"))
    (export "ip-address-family" (type (eq $family)))))
  (alias export $network-i "error-code" (type $code))
  (alias export $network-i "ip-address-family" (type $family))
  (import "wasi:sockets/tcp@0.2.0" (instance $tcp
    (export "tcp-socket" (type $socket (sub resource)))))
  (alias export $tcp "tcp-socket" (type $socket))
  (import "wasi:sockets/tcp-create-socket@0.2.0" (instance $create
    (alias outer 1 $socket (type $socket'))
    (export "tcp-socket" (type $socket (eq $socket')))
    (alias outer 1 $code (type $code'))
    (export "error-code" (type $code (eq $code')))
    (alias outer 1 $family (type $family'))
    (export "ip-address-family" (type $family (eq $family')))
    (export "create-tcp-socket"
      (func (param "address-family" $family)
        (result (result (own $socket) (error $code)))))))
  (core module $M (memory (export "memory") 1))
  (core instance $m (instantiate $M))
  (core func $create (canon lower (func $create "create-tcp-socket")
    (memory (core memory $m "memory"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "create" (func $create (param i32 i32)))
    ;; The case of the error, or -1.
    (func (export "run") (result i32)
      (call $create (i32.const 0) (i32.const 16))
      (select (i32.load8_u (i32.const 20)) (i32.const -1) (i32.load8_u (i32.const 16)))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "create" (func $create))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a destructor that traps
;;; expect: trapped unreachable
(component
  (core module $D (func (export "dtor") (param i32) unreachable))
  (core instance $d (instantiate $D))
  (type $r (resource (rep i32) (dtor (core func $d "dtor"))))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core func $rep (canon resource.rep $r))
  (core module $M
    (import "r" "new" (func $new (param i32) (result i32)))
    (import "r" "drop" (func $drop (param i32)))
    (import "r" "rep" (func $rep (param i32) (result i32)))
    (func (export "run") (result i32)
      (call $drop (call $new (i32.const 7)))
      (i32.const 0)))
  (core instance $m (instantiate $M
    (with "r" (instance
      (export "new" (func $new)) (export "drop" (func $drop)) (export "rep" (func $rep))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a destructor that loops
;;; limits: wall-clock=100ms
;;; expect: limit wall_clock
(component
  (core module $D (func (export "dtor") (param i32) (loop (br 0))))
  (core instance $d (instantiate $D))
  (type $r (resource (rep i32) (dtor (core func $d "dtor"))))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core func $rep (canon resource.rep $r))
  (core module $M
    (import "r" "new" (func $new (param i32) (result i32)))
    (import "r" "drop" (func $drop (param i32)))
    (import "r" "rep" (func $rep (param i32) (result i32)))
    (func (export "run") (result i32)
      (call $drop (call $new (i32.const 7)))
      (i32.const 0)))
  (core instance $m (instantiate $M
    (with "r" (instance
      (export "new" (func $new)) (export "drop" (func $drop)) (export "rep" (func $rep))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a resource of its own that is used after it was dropped
;;; expect: trapped unknown handle index 1
(component
  (core module $D (func (export "dtor") (param i32) ))
  (core instance $d (instantiate $D))
  (type $r (resource (rep i32) (dtor (core func $d "dtor"))))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core func $rep (canon resource.rep $r))
  (core module $M
    (import "r" "new" (func $new (param i32) (result i32)))
    (import "r" "drop" (func $drop (param i32)))
    (import "r" "rep" (func $rep (param i32) (result i32)))
    (func (export "run") (result i32)
      (call $drop (call $new (i32.const 7)))
      (call $rep (i32.const 1))))
  (core instance $m (instantiate $M
    (with "r" (instance
      (export "new" (func $new)) (export "drop" (func $drop)) (export "rep" (func $rep))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a resource with a destructor that traps, for a host that drops nothing
;;; call: f
;;; expect: returns
(component
  (core module $D (func (export "dtor") (param i32) unreachable))
  (core instance $d (instantiate $D))
  (type $r' (resource (rep i32) (dtor (core func $d "dtor"))))
  (export $r "r" (type $r'))
  (core func $new (canon resource.new $r'))
  (core module $M
    (import "r" "new" (func $new (param i32) (result i32)))
    (func (export "f") (result i32) (call $new (i32.const 7))))
  (core instance $m (instantiate $M
    (with "r" (instance (export "new" (func $new))))))
  (func (export "f") (result (own $r)) (canon lift (core func $m "f"))))
;;; more handles of a resource of its own than there may be
;;; limits: handles=20
;;; expect: limit handles
(component
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core module $M
    (import "host" "new" (func $new (param i32) (result i32)))
    (func (export "run") (result i32) (local $left i32)
      (local.set $left (i32.const 30))
      (loop $again
        (drop (call $new (i32.const 1)))
        (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (i32.const 7)))
  (core instance $m (instantiate $M (with "host" (instance (export "new" (func $new))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))
