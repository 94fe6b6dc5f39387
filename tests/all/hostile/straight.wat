;;; two thousand texts of 15 MB in a row, in upper case
;;; limits: wall-clock=50ms memory=64MiB
;;; within: 10000
;;; expect: limit wall_clock:     at function
(module
  (import "env" "to_upper" (func $f (param i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "run")
    (@repeat 2000 (drop (call $f (i32.const 0) (i32.const 15000000))))
  ))

;;; two thousand texts of 15 MB in a row, put together
;;; limits: wall-clock=50ms memory=64MiB
;;; within: 10000
;;; expect: limit wall_clock:     at function
(module
  (import "env" "concat" (func $f (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "run")
    (@repeat 2000 (drop (call $f (i32.const 0) (i32.const 15000000) (i32.const 0) (i32.const 0))))
  ))

;;; two thousand times 15 MB in a row, read as text
;;; limits: wall-clock=50ms memory=64MiB
;;; within: 10000
;;; expect: limit wall_clock:     at function
(module
  (import "env" "from_utf8" (func $f (param i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "run")
    (@repeat 2000 (drop (call $f (i32.const 0) (i32.const 15000000))))
  ))

;;; two thousand results of 15 MB in a row, written to memory
;;; limits: wall-clock=200ms memory=64MiB checks=100000
;;; within: 10000
;;; expect: limit wall_clock
(module
  (import "env" "to_upper" (func $f (param i32 i32) (result i32)))
  (import "env" "write_mem" (func $write (param i32)))
  (memory (export "memory") 256)
  (func (export "run")
    (drop (call $f (i32.const 0) (i32.const 15000000)))
    (@repeat 2000 (call $write (i32.const 0)))
  ))

;;; a thousand requests for random bytes in a row
;;; limits: wall-clock=20ms
;;; within: 5000
;;; in: module
;;; expect: limit wall_clock:     at function
(func (export "run")
  (@repeat 1000 (drop (call $random_get (i32.const 0) (i32.const 65536))))
)

;;; two thousand texts of 15 MB in a row, of a component, in upper case
;;; limits: wall-clock=50ms memory=64MiB
;;; within: 10000
;;; expect: limit wall_clock:     at 
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $Memory (memory (export "memory") 600)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 16000000)))
  (core instance $memory (instantiate $Memory))
  (core func $f (canon lower (func $strings "to-upper")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core module $M
    (import "host" "f" (func $f (param i32 i32 i32)))
    (func (export "run") (result i32)
      (@repeat 2000 (call $f (i32.const 16) (i32.const 15000000) (i32.const 0)))
      (i32.const 0)))
  (core instance $m (instantiate $M (with "host" (instance (export "f" (func $f))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a thousand requests for random bytes in a row, of a component
;;; limits: wall-clock=20ms
;;; within: 5000
;;; in: component
;;; expect: limit wall_clock:     at 
(func (export "run") (result i32)
  (@repeat 1000 (call $random.get-random-bytes (i64.const 65536) (i32.const 0)))
  (i32.const 0))

;;; a thousand writes of 64 KB in a row to a file
;;; grants: write
;;; limits: wall-clock=20ms
;;; within: 5000
;;; in: module
;;; expect: limit wall_clock
(data (i32.const 0) "file")
(func (export "run") (local $f i32) (local $a i32) (local $b i32)
  (if (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 100)) (then unreachable))
  (i32.store (i32.const 204) (i32.const 65536))
  (local.set $f (i32.load (i32.const 100)))
  (local.set $a (i32.const 200))
  (local.set $b (i32.const 300))
  (@repeat 1000 (drop (call $fd_pwrite (local.get $f) (local.get $a) (i32.const 1) (i64.const 0) (local.get $b))))
)

;;; four hundred files opened and closed in a row
;;; grants: read
;;; limits: wall-clock=10ms
;;; within: 5000
;;; in: module
;;; expect: limit wall_clock
(data (i32.const 0) "file")
(func (export "run")
  (@repeat 400 (drop (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))) (drop (call $fd_close (i32.load (i32.const 100)))))
)

;;; a listing of 5,000 names, a thousand times in a row
;;; grants: read
;;; folder: names 5000 20
;;; limits: wall-clock=100ms
;;; within: 8000
;;; in: module
;;; expect: limit wall_clock
(func (export "run")
  (@repeat 1000 (drop (call $fd_readdir (i32.const 3) (i32.const 1024) (i32.const 60000) (i64.const 0) (i32.const 300))))
)

;;; sixteen thousand empty buffers, a thousand times in a row
;;; limits: wall-clock=20ms
;;; within: 5000
;;; in: module
;;; expect: limit wall_clock
(func (export "run")
  (@repeat 1000 (drop (call $fd_write (i32.const 1) (i32.const 131072) (i32.const 16384) (i32.const 8))))
)

;;; two thousand calls of the host, one each time that a recursion ends
;;; limits: wall-clock=50ms memory=64MiB
;;; within: 5000
;;; expect: limit wall_clock:     at
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func $down (param $left i32)
    (if (local.get $left) (then (call $down (i32.sub (local.get $left) (i32.const 1)))))
    (drop (call $to_upper (i32.const 0) (i32.const 15000000))))
  (func (export "run") (call $down (i32.const 2000))))
