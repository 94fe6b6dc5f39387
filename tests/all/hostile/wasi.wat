;;; sleep for an hour
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (i32.store (i32.const 16) (i32.const 1)) ;; the monotonic clock
    (i64.store (i32.const 24) (i64.const 3600000000000))
    (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))

;;; a wait for nothing, which would be without an end
;;; expect: returns 28
(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $poll (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 128))))

;;; a wait for four thousand million things
;;; expect: returns 48
(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $poll (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0))))

;;; a wait for more things than there may be handles
;;; limits: handles=20
;;; expect: limit handles
(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $poll (i32.const 0) (i32.const 32768) (i32.const 100) (i32.const 65532))))

;;; a wait whose subscriptions leave memory
;;; expect: trapped is outside of the guest's memory
(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $poll (i32.const 65504) (i32.const 0) (i32.const 2) (i32.const 128))))

;;; input where none was granted, which ends at once
;;; expect: returns 0
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\00\01\00\00" "\00\00\00\00\ff\ff\ff\ff")
  (func (export "run") (result i32)
    (i32.or
      (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 12))
      (i32.load (i32.const 12))))) ;; how many bytes were read

;;; output without an end
;;; limits: output=4KiB
;;; expect: limit output
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\00\00\00\00\01\00\00")
  (func (export "run")
    (loop $again
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br $again))))

;;; more output at once than there may be, to the stream for errors
;;; limits: output=4KiB
;;; expect: limit output
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\00\00\00\01\10\00\00")
  (func (export "run") (result i32)
    (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8))))

;;; writes of nothing without an end
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run")
    (loop $again
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br $again))))

;;; eight thousand empty buffers in every write, without an end
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "run")
    (loop $again
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 8192) (i32.const 65536)))
      (br $again))))

;;; a write of as many buffers as 32 bits can say
;;; expect: returns 48
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $write (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 8))))

;;; a buffer longer than one call may hand over
;;; limits: host-call-bytes=1KiB
;;; expect: returns 48
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\00\00\00\00\10\00\00")
  (func (export "run") (result i32)
    (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

;;; a buffer that ends outside of memory
;;; expect: trapped is outside of the guest's memory
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\ff\ff\00\00\02\00\00\00")
  (func (export "run") (result i32)
    (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

;;; a place for the result outside of memory
;;; expect: trapped is outside of the guest's memory
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const -4))))

;;; a list of buffers at an odd address
;;; expect: trapped is not a multiple of 4
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $write (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 8))))

;;; output from a guest that has no memory
;;; expect: trapped exports none named `memory`
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (func (export "run") (result i32)
    (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0))))

;;; more random bytes than one request may have
;;; expect: limit random
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "run") (result i32)
    (call $random (i32.const 0) (i32.const 65537))))

;;; random bytes for a range outside of memory
;;; expect: trapped is outside of the guest's memory
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $random (i32.const 65535) (i32.const 2))))

;;; random bytes without an end
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run")
    (loop $again
      (drop (call $random (i32.const 0) (i32.const 65536)))
      (br $again))))

;;; a clock, which every guest has
;;; expect: returns 0
(module
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $time (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (drop (call $time (i32.const 0) (i64.const 1) (i32.const 0)))
    (i64.eqz (i64.load (i32.const 0)))))

;;; a clock that there is not
;;; expect: trapped Invalid enum value Clockid
(module
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $time (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $time (i32.const 9) (i64.const 1) (i32.const 0))))

;;; the host's environment and arguments, of which nothing was granted
;;; expect: returns 0
(module
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff\ff")
  (func (export "run") (result i32)
    (drop (call $environ (i32.const 0) (i32.const 4)))
    (drop (call $args (i32.const 8) (i32.const 12)))
    (i64.ne (i64.or (i64.load (i32.const 0)) (i64.load (i32.const 8))) (i64.const 0))))

;;; one variable that was granted, and no other
;;; grants: env:A=B
;;; expect: returns 4341057
(module
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (drop (call $environ (i32.const 0) (i32.const 16)))
    (i32.load (i32.const 16)))) ;; A=B and a zero

;;; one argument that was granted, and no other
;;; grants: arg:abc
;;; expect: returns 6513249
(module
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (drop (call $args (i32.const 0) (i32.const 16)))
    (i32.load (i32.const 16))))

;;; a connection accepted on standard input
;;; expect: returns 57
(module
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $accept (i32.const 0) (i32.const 0) (i32.const 0))))

;;; bytes sent to standard output as if it were a socket
;;; expect: returns 57
(module
  (import "wasi_snapshot_preview1" "sock_send"
    (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $send (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8))))

;;; a folder where none was granted
;;; expect: returns 8
(module
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $prestat (i32.const 3) (i32.const 0))))

;;; a turn given to others without an end
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (func (export "run")
    (loop $again
      (drop (call $yield))
      (br $again))))

;;; host calls of WASI, which are counted as well
;;; limits: host-calls=10
;;; expect: limit host_calls
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (func (export "run")
    (loop $again
      (drop (call $yield))
      (br $again))))

;;; a signal to kill the host with
;;; expect: returns 58
(module
  (import "wasi_snapshot_preview1" "proc_raise" (func $raise (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $raise (i32.const 9))))

;;; output that was closed, written to and closed again
;;; expect: returns 808
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (if (call $close (i32.const 1)) (then (unreachable)))
    (i32.add
      (i32.mul
        (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8))
        (i32.const 100))
      (call $close (i32.const 1)))))

;;; input put in the place of output
;;; expect: returns 8
(module
  (import "wasi_snapshot_preview1" "fd_renumber" (func $renumber (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (if (call $renumber (i32.const 0) (i32.const 1)) (then (unreachable)))
    (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8))))

;;; a folder put in the place of output, and output in its own, until nothing is left
;;; grants: read
;;; limits: handles=20
;;; expect: returns 8
(module
  (import "wasi_snapshot_preview1" "fd_renumber" (func $renumber (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (func (export "run") (result i32)
    (if (call $renumber (i32.const 3) (i32.const 1)) (then (unreachable)))
    (if (call $renumber (i32.const 1) (i32.const 1)) (then (unreachable)))
    (if (call $renumber (i32.const 1) (i32.const 2)) (then (unreachable)))
    (if (call $close (i32.const 2)) (then (unreachable)))
    (call $renumber (i32.const 2) (i32.const 0)))
  (memory (export "memory") 1))
