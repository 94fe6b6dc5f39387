;; WASI's first preview, which Go's runtime asks for, by means of the second one: clocks,
;; random numbers, standard output and error, and the end. There are no arguments, no
;; environment and no files: Go is told so, and returns errors to who asks for them.
;;
;; The memory is Go's, whose allocator takes it that all of it, with what it grows by, is
;; its own. So nothing here has a stack, or asks for room: what the host returns in memory
;; is written to $returned, among the 8192 bytes from 4096 on which Go's linker leaves to
;; the arguments that a browser's loader puts there (`wasmMinDataAddr` in Go's
;; src/cmd/link/internal/ld/data.go), and no loader is here.
(module
  (import "env" "memory" (memory 0))
  (import "wasi:cli/exit@0.2.12" "exit" (func $exit (param $failed i32)))
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $get_stdout (result i32)))
  (import "wasi:cli/stderr@0.2.12" "get-stderr" (func $get_stderr (result i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush"
    (func $write (param $stream i32) (param $at i32) (param $length i32) (param $result i32)))
  (import "wasi:io/streams@0.2.12" "[resource-drop]output-stream"
    (func $drop_stream (param $stream i32)))
  (import "wasi:io/error@0.2.12" "[resource-drop]error" (func $drop_error (param $error i32)))
  (import "wasi:io/poll@0.2.12" "[method]pollable.block" (func $block (param $pollable i32)))
  (import "wasi:io/poll@0.2.12" "[resource-drop]pollable"
    (func $drop_pollable (param $pollable i32)))
  (import "wasi:clocks/monotonic-clock@0.2.12" "now" (func $monotonic_now (result i64)))
  (import "wasi:clocks/monotonic-clock@0.2.12" "subscribe-duration"
    (func $subscribe_duration (param $nanoseconds i64) (result i32)))
  (import "wasi:clocks/wall-clock@0.2.12" "now" (func $wall_now (param $result i32)))
  (import "wasi:random/random@0.2.12" "get-random-u64" (func $get_random (result i64)))

  (global $returned i32 (i32.const 4096))
  ;; What the clocks showed last, and whether they are held there.
  (global $monotonic (mut i64) (i64.const 0))
  (global $wall (mut i64) (i64.const 0))
  (global $held (mut i64) (i64.const 0))
  ;; The most that WASI takes at once.
  (global $most_written i32 (i32.const 4096))

  ;; The first preview's numbers of errors.
  (global $success i32 (i32.const 0))
  (global $bad_descriptor i32 (i32.const 8))
  (global $invalid i32 (i32.const 28))
  (global $input_output i32 (i32.const 29))
  (global $unsupported i32 (i32.const 52))

  (func (export "proc_exit") (param $code i32)
    (call $exit (i32.ne (local.get $code) (i32.const 0)))
    unreachable)

  (func (export "sched_yield") (result i32)
    (global.get $success))

  ;; Arguments and environment: their count, and how much room their texts need.
  (func (export "args_sizes_get") (export "environ_sizes_get")
    (param $count i32) (param $room i32) (result i32)
    (i32.store (local.get $count) (i32.const 0))
    (i32.store (local.get $room) (i32.const 0))
    (global.get $success))
  (func (export "args_get") (export "environ_get") (param i32 i32) (result i32)
    (global.get $success))

  (func (export "random_get") (param $at i32) (param $left i32) (result i32)
    (local $bits i64)
    (local.set $bits (call $get_random))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $left)))
        (i32.store8 (local.get $at) (i32.wrap_i64 (local.get $bits)))
        (local.set $bits (i64.shr_u (local.get $bits) (i64.const 8)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        ;; As many bytes are left as in numbers that were not asked for yet.
        (if (i32.eqz (i32.and (local.get $left) (i32.const 7)))
          (then (local.set $bits (call $get_random))))
        (br $next)))
    (global.get $success))

  ;; Not of WASI: holds the clocks (1) or lets them go on (0). A component must not call
  ;; anything while it is asked for room, which Go's allocator times.
  (func (export "hold_clocks") (param $held i32)
    (global.set $held (i64.extend_i32_u (local.get $held))))

  ;; In nanoseconds, of the clock of the wall (0) or one that never goes back (1).
  (func (export "clock_time_get")
    (param $clock i32) (param $precision i64) (param $time i32) (result i32)
    (if (i32.gt_u (local.get $clock) (i32.const 1)) (then (return (global.get $invalid))))
    (if (i64.eqz (global.get $held)) (then (call $read_clock (local.get $clock))))
    (i64.store (local.get $time)
      (select (global.get $monotonic) (global.get $wall) (local.get $clock)))
    (global.get $success))

  (func $read_clock (param $clock i32)
    (if (local.get $clock)
      (then (global.set $monotonic (call $monotonic_now)))
      (else
        (call $wall_now (global.get $returned))
        (global.set $wall
          (i64.add
            (i64.mul (i64.load (global.get $returned)) (i64.const 1_000_000_000))
            (i64.load32_u offset=8 (global.get $returned)))))))

  ;; Sleeps, if that is all that is waited for: the only files do not have to be waited for.
  (func (export "poll_oneoff")
    (param $subscription i32) (param $event i32) (param $count i32) (param $events i32)
    (result i32)
    (local $pollable i32)
    (if
      (i32.or
        (i32.ne (local.get $count) (i32.const 1))
        (i32.load8_u offset=8 (local.get $subscription)))
      (then (return (global.get $unsupported))))
    (local.set $pollable
      (call $subscribe_duration (i64.load offset=24 (local.get $subscription))))
    (call $block (local.get $pollable))
    (call $drop_pollable (local.get $pollable))
    (memory.fill (local.get $event) (i32.const 0) (i32.const 32))
    (i64.store (local.get $event) (i64.load (local.get $subscription)))
    (i32.store (local.get $events) (i32.const 1))
    (global.get $success))

  ;; Writes pieces, each of them an address and a length.
  (func (export "fd_write")
    (param $file i32) (param $pieces i32) (param $count i32) (param $written i32) (result i32)
    (local $stream i32)
    (local $error i32)
    (if (i32.eq (local.get $file) (i32.const 1))
      (then (local.set $stream (call $get_stdout)))
      (else
        (if (i32.ne (local.get $file) (i32.const 2))
          (then (return (global.get $bad_descriptor))))
        (local.set $stream (call $get_stderr))))
    (i32.store (local.get $written) (i32.const 0))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $error
          (call $write_piece
            (local.get $stream)
            (i32.load (local.get $pieces))
            (i32.load offset=4 (local.get $pieces))))
        (br_if $done (local.get $error))
        (i32.store (local.get $written)
          (i32.add (i32.load (local.get $written)) (i32.load offset=4 (local.get $pieces))))
        (local.set $pieces (i32.add (local.get $pieces) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (call $drop_stream (local.get $stream))
    (local.get $error))

  (func $write_piece (param $stream i32) (param $at i32) (param $left i32) (result i32)
    (local $length i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $left)))
        (local.set $length
          (select (local.get $left) (global.get $most_written)
            (i32.lt_u (local.get $left) (global.get $most_written))))
        (call $write
          (local.get $stream) (local.get $at) (local.get $length) (global.get $returned))
        (if (i32.load8_u (global.get $returned)) (then (return (call $failed))))
        (local.set $at (i32.add (local.get $at) (local.get $length)))
        (local.set $left (i32.sub (local.get $left) (local.get $length)))
        (br $next)))
    (global.get $success))

  ;; Of `stream-error`, the first case has an error to be dropped.
  (func $failed (result i32)
    (if (i32.eqz (i32.load8_u offset=4 (global.get $returned)))
      (then (call $drop_error (i32.load offset=8 (global.get $returned)))))
    (global.get $input_output))

  ;; No folder is open, and nothing is known of any file: that ends Go's search for them.
  (func (export "fd_close") (export "fd_sync") (param i32) (result i32)
    (global.get $bad_descriptor))
  (func
    (export "fd_fdstat_get") (export "fd_fdstat_set_flags") (export "fd_filestat_get")
    (export "fd_prestat_get") (export "sock_shutdown")
    (param i32 i32) (result i32)
    (global.get $bad_descriptor))
  (func (export "fd_filestat_set_size") (param i32 i64) (result i32)
    (global.get $bad_descriptor))
  (func (export "fd_prestat_dir_name") (export "sock_accept") (param i32 i32 i32) (result i32)
    (global.get $bad_descriptor))
  (func (export "fd_fdstat_set_rights") (param i32 i64 i64) (result i32)
    (global.get $bad_descriptor))
  (func (export "fd_read") (param i32 i32 i32 i32) (result i32)
    (global.get $bad_descriptor))
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32)
    (global.get $bad_descriptor))
  (func
    (export "fd_pread") (export "fd_pwrite") (export "fd_readdir")
    (param i32 i32 i32 i64 i32) (result i32)
    (global.get $bad_descriptor))

  ;; Nor can anything be reached by its path.
  (func
    (export "path_create_directory") (export "path_remove_directory")
    (export "path_unlink_file")
    (param i32 i32 i32) (result i32)
    (global.get $unsupported))
  (func (export "path_filestat_get") (export "path_symlink")
    (param i32 i32 i32 i32 i32) (result i32)
    (global.get $unsupported))
  (func (export "path_readlink") (export "path_rename")
    (param i32 i32 i32 i32 i32 i32) (result i32)
    (global.get $unsupported))
  (func (export "path_link") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
    (global.get $unsupported))
  (func (export "path_filestat_set_times")
    (param i32 i32 i32 i32 i64 i64 i32) (result i32)
    (global.get $unsupported))
  (func (export "path_open")
    (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)
    (global.get $unsupported)))
