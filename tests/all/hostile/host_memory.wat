;;; 900 listings of 5,000 long names
;;; limits: memory=2MiB wall-clock=20s
;;; folder: names 5000 200
;;; grants: read
;;; in: component
;;; spends: listings
;;; expect: limit memory
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 900))
  (loop $more
    (call $descriptor.read-directory (local.get $folder) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; five listings of 5,000 long names
;;; limits: memory=2MiB wall-clock=20s
;;; folder: names 5000 200
;;; grants: read
;;; in: component
;;; spends: listings
;;; expect: returns 7
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 5))
  (loop $more
    (call $descriptor.read-directory (local.get $folder) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; 900 listings of 5,000 short names
;;; limits: memory=2MiB wall-clock=20s
;;; folder: names 5000 5
;;; grants: read
;;; in: component
;;; spends: listings
;;; expect: limit memory
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 900))
  (loop $more
    (call $descriptor.read-directory (local.get $folder) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; listings that are closed, one after another
;;; limits: memory=16MiB wall-clock=20s
;;; folder: names 2000 100
;;; grants: read
;;; in: component
;;; spends: listings
;;; expect: returns 7
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 100))
  (loop $more
    (call $descriptor.read-directory (local.get $folder) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (call $drop-directory-entry-stream (i32.load (i32.const 104)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; listings that are read to their end and kept
;;; limits: memory=2MiB wall-clock=20s
;;; folder: names 5000 200
;;; grants: read
;;; in: component
;;; spends: listings
;;; expect: limit memory
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 900))
  (loop $more
    (call $descriptor.read-directory (local.get $folder) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (block $end (loop $next
      (call $directory-entry-stream.read-directory-entry (i32.load (i32.const 104)) (i32.const 200))
      (br_if $end (i32.load8_u (i32.const 200)))
      (br_if $end (i32.eqz (i32.load8_u (i32.const 204))))
      (br $next)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; one listing that is larger than all memory
;;; limits: memory=1MiB wall-clock=20s
;;; folder: names 30000 250
;;; grants: read
;;; in: component
;;; spends: listings
;;; expect: limit memory
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 1))
  (loop $more
    (call $descriptor.read-directory (local.get $folder) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; one listing that is larger than all memory, of a module
;;; limits: memory=1MiB wall-clock=20s
;;; folder: names 30000 250
;;; grants: read
;;; in: module
;;; spends: listings
;;; expect: limit memory
(func (export "run") (result i32)
  (call $fd_readdir (i32.const 3) (i32.const 1024) (i32.const 60000) (i64.const 0) (i32.const 300)))

;;; listings of a module, again and again
;;; limits: memory=16MiB wall-clock=200ms
;;; folder: names 5000 50
;;; grants: read
;;; in: module
;;; spends: listings
;;; expect: limit wall_clock
(func (export "run") (result i32)
  (loop $more
    (drop (call $fd_readdir (i32.const 3) (i32.const 1024) (i32.const 60000) (i64.const 0) (i32.const 300)))
    (br $more))
  unreachable)

;;; 990 input streams
;;; limits: memory=16MiB wall-clock=20s
;;; grants: read
;;; in: component
;;; spends: streams
;;; expect: limit memory
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 990))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.read-via-stream (local.get $file) (i64.const 0) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; a hundred input streams, which are in order
;;; limits: memory=16MiB wall-clock=20s
;;; grants: read
;;; in: component
;;; spends: streams
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 100))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.read-via-stream (local.get $file) (i64.const 0) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; five thousand input streams, which are closed
;;; limits: memory=16MiB wall-clock=20s
;;; grants: read
;;; in: component
;;; spends: streams
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 5000))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.read-via-stream (local.get $file) (i64.const 0) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (call $drop-input-stream (i32.load (i32.const 104)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; 990 output streams
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: streams
;;; expect: limit memory
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 990))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.write-via-stream (local.get $file) (i64.const 0) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; a hundred output streams, which are in order
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: streams
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 100))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.write-via-stream (local.get $file) (i64.const 0) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; five thousand output streams, which are closed
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: streams
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 5000))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.write-via-stream (local.get $file) (i64.const 0) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (call $drop-output-stream (i32.load (i32.const 104)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; 990 streams that append
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: streams
;;; expect: limit memory
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 990))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.append-via-stream (local.get $file) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; a hundred streams that append, which are in order
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: streams
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 100))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.append-via-stream (local.get $file) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; five thousand streams that append, which are closed
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: streams
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 5000))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.append-via-stream (local.get $file) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (call $drop-output-stream (i32.load (i32.const 104)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; 990 input streams, each read from
;;; limits: memory=64MiB wall-clock=20s
;;; grants: read
;;; in: component
;;; spends: streams
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 900))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.read-via-stream (local.get $file) (i64.const 0) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (call $input-stream.blocking-read (i32.load (i32.const 104)) (i64.const 1) (i32.const 200))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; output streams, each written to and not waited for
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: streams
;;; expect: limit memory
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 990))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.write-via-stream (local.get $file) (i64.const 0) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (call $output-stream.check-write (i32.load (i32.const 104)) (i32.const 200))
    (call $output-stream.write (i32.load (i32.const 104)) (i32.const 65536) (i32.const 65536) (i32.const 300))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; zeros written to 200 output streams
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: streams
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 200))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.write-via-stream (local.get $file) (i64.const 0) (i32.const 100))
    (if (i32.load8_u (i32.const 100)) (then unreachable))
    (call $output-stream.blocking-write-zeroes-and-flush (i32.load (i32.const 104)) (i64.const 4096) (i32.const 300))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; a read of four thousand million bytes from a file
;;; limits: memory=16MiB wall-clock=20s
;;; grants: read
;;; in: component
;;; spends: reads
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 1))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (call $descriptor.read (local.get $file) (i64.const 0xffffffff) (i64.const 0) (i32.const 200))
  (i32.const 7))

;;; a read of four thousand million bytes from a stream
;;; limits: memory=16MiB wall-clock=20s
;;; grants: read
;;; in: component
;;; spends: reads
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 1))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (call $descriptor.read-via-stream (local.get $file) (i64.const 0) (i32.const 100))
  (call $input-stream.blocking-read (i32.load (i32.const 104)) (i64.const -1) (i32.const 200))
  (i32.const 7))

;;; a file made as long as can be, and read at once
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: reads
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 1))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 3) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (call $descriptor.set-size (local.get $file) (i64.const 0x40000000) (i32.const 200))
  (call $descriptor.read (local.get $file) (i64.const 0x40000000) (i64.const 0) (i32.const 200))
  (i32.const 7))

;;; a file of a module made as long as can be, and read at once
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: module
;;; spends: reads
;;; expect: returns 0
(data (i32.const 0) "file")
(func (export "run") (result i32)
  (if (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 4194370) (i64.const 0) (i32.const 0) (i32.const 100)) (then unreachable))
  (if (call $fd_filestat_set_size (i32.load (i32.const 100)) (i64.const 0x40000000)) (then unreachable))
  (i32.store (i32.const 200) (i32.const 65536)) (i32.store (i32.const 204) (i32.const 900000))
  (call $fd_read (i32.load (i32.const 100)) (i32.const 200) (i32.const 1) (i32.const 300)))

;;; sixteen thousand buffers that are one, read into
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: module
;;; spends: reads
;;; expect: returns 0
(data (i32.const 0) "file")
(func (export "run") (result i32) (local $at i32)
  (if (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 4194370) (i64.const 0) (i32.const 0) (i32.const 100)) (then unreachable))
  (if (call $fd_filestat_set_size (i32.load (i32.const 100)) (i64.const 0x40000000)) (then unreachable))
  (local.set $at (i32.const 131072))
  (loop $more
    (i32.store (local.get $at) (i32.const 300000))
    (i32.store offset=4 (local.get $at) (i32.const 700000))
    (br_if $more (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 262144))))
  (call $fd_read (i32.load (i32.const 100)) (i32.const 131072) (i32.const 1000) (i32.const 300)))

;;; 450 pollables of times far away
;;; limits: memory=16MiB wall-clock=20s
;;; in: component
;;; spends: pollables
;;; expect: returns 7
(func (export "run") (result i32) (local $left i32)
  (local.set $left (i32.const 450))
  (loop $more
    (drop (call $monotonic-clock.subscribe-duration (i64.const -1)))
    (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
  (i32.const 7))

;;; 450 pollables of one stream, waited for together
;;; limits: memory=16MiB wall-clock=20s
;;; in: component
;;; spends: pollables
;;; expect: returns 7
(func (export "run") (result i32) (local $left i32) (local $stream i32)
  (local.set $left (i32.const 450))
  (local.set $stream (call $stdout.get-stdout))
  (loop $more
    (i32.store (i32.mul (local.get $left) (i32.const 4)) (call $output-stream.subscribe (local.get $stream)))
    (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
  (call $poll.poll (i32.const 4) (i32.const 450) (i32.const 8000))
  (i32.const 7))

;;; one pollable, waited for sixteen thousand times at once
;;; limits: memory=16MiB wall-clock=2s
;;; in: component
;;; spends: pollables
;;; expect: limit handles
(func (export "run") (result i32) (local $left i32) (local $one i32)
  (local.set $left (i32.const 15000))
  (local.set $one (call $monotonic-clock.subscribe-duration (i64.const 0)))
  (loop $more
    (i32.store (i32.mul (local.get $left) (i32.const 4)) (local.get $one))
    (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
  (call $poll.poll (i32.const 4) (i32.const 15000) (i32.const 64000))
  (i32.const 7))

;;; waits for sixteen thousand times at once, of a module
;;; limits: memory=16MiB wall-clock=2s handles=100000
;;; in: module
;;; spends: pollables
;;; expect: returns 0
(func (export "run") (result i32) (local $at i32)
  (loop $more
    (i32.store offset=16 (local.get $at) (i32.const 1))
    (br_if $more (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 48))) (i32.const 480000))))
  (call $poll_oneoff (i32.const 0) (i32.const 500000) (i32.const 10000) (i32.const 1000000)))

;;; a result of 48 MB, kept for the guest
;;; limits: memory=16MiB wall-clock=20s
;;; spends: results
;;; expect: limit memory
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "run") (result i32) (local $left i32) (drop (call $to_upper (i32.const 0) (i32.const 15000000))) (i32.const 7)))

;;; a result of 30 MB of two texts, kept for the guest
;;; limits: memory=16MiB wall-clock=20s
;;; spends: results
;;; expect: limit memory
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "run") (result i32) (local $left i32) (drop (call $concat (i32.const 0) (i32.const 8000000) (i32.const 0) (i32.const 8000000))) (i32.const 7)))

;;; a result of 6 MB, kept for the guest
;;; limits: memory=16MiB wall-clock=20s
;;; spends: results
;;; expect: returns 7
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "run") (result i32) (local $left i32) (drop (call $to_upper (i32.const 0) (i32.const 6000000))) (i32.const 7)))

;;; a thousand results of 6 MB, one after another
;;; limits: memory=16MiB wall-clock=20s
;;; spends: results
;;; expect: returns 7
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "run") (result i32) (local $left i32) (local.set $left (i32.const 20)) (loop $more (drop (call $to_upper (i32.const 0) (i32.const 6000000))) (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1))))) (i32.const 7)))

;;; a text that is three times as long in upper case
;;; limits: memory=17MiB wall-clock=30s
;;; spends: results
;;; expect: trapped longer than 16777216 bytes
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "run") (local $at i32)
    (loop $more
      (i32.store (local.get $at) (i32.const 0x90ce90ce))
      (br_if $more (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 15000000))))
    (drop (call $to_upper (i32.const 0) (i32.const 15000000)))))

;;; memory that grows beside a result that is kept
;;; limits: memory=32MiB wall-clock=30s
;;; spends: results
;;; expect: limit memory
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "run")
    (drop (call $to_upper (i32.const 0) (i32.const 15000000)))
    (if (i32.eq (memory.grow (i32.const 250)) (i32.const -1)) (then unreachable))))

;;; captured output up to a limit that is above that of memory
;;; limits: memory=16MiB output=256MiB wall-clock=20s
;;; in: module
;;; spends: output
;;; expect: limit memory
(func (export "run")
  (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 900000))
  (loop $more
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (br $more)))

;;; captured output of a component up to a limit that is above that of memory
;;; limits: memory=16MiB output=256MiB wall-clock=20s
;;; in: component
;;; spends: output
;;; expect: limit memory
(func (export "run") (result i32) (local $out i32)
  (local.set $out (call $stderr.get-stderr))
  (loop $more
    (call $output-stream.blocking-write-and-flush (local.get $out) (i32.const 0) (i32.const 4096) (i32.const 8))
    (br $more))
  unreachable)

;;; zeros as captured output
;;; limits: memory=16MiB output=256MiB wall-clock=20s
;;; in: component
;;; spends: output
;;; expect: limit memory
(func (export "run") (result i32) (local $out i32)
  (local.set $out (call $stdout.get-stdout))
  (loop $more
    (call $output-stream.blocking-write-zeroes-and-flush (local.get $out) (i64.const 4096) (i32.const 8))
    (br $more))
  unreachable)

;;; more zeros at once than there can be
;;; limits: memory=16MiB wall-clock=20s
;;; in: component
;;; spends: output
;;; expect: trapped
(func (export "run") (result i32)
  (call $output-stream.write-zeroes (call $stdout.get-stdout) (i64.const -1) (i32.const 8))
  (i32.const 7))

;;; 900 files opened and not closed, of a module
;;; limits: memory=16MiB wall-clock=20s
;;; grants: read
;;; in: module
;;; spends: files
;;; expect: returns 7
(data (i32.const 0) "file")
(func (export "run") (result i32) (local $left i32)
  (local.set $left (i32.const 450))
  (loop $more
    (if (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)) (then unreachable))
    (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
  (i32.const 7))

;;; errors of 900 writes that failed
;;; limits: memory=16MiB wall-clock=20s
;;; grants: write
;;; in: component
;;; spends: errors
;;; expect: returns 7
(data (i32.const 16) "file")
(func (export "run") (result i32) (local $left i32) (local $folder i32) (local $file i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (local.set $left (i32.const 900))
  (call $descriptor.open-at (local.get $folder) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.load8_u (i32.const 100)) (then unreachable))
  (local.set $file (i32.load (i32.const 104)))
  (loop $more
    (call $descriptor.write (local.get $file) (i32.const 0) (i32.const 10) (i64.const 0) (i32.const 304))
    (call $descriptor.readlink-at (local.get $folder) (i32.const 16) (i32.const 4) (i32.const 300))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.const 7))

;;; random bytes, as many at once as there may be, of a component
;;; limits: memory=16MiB random=8MiB wall-clock=20s
;;; in: component
;;; spends: random bytes
;;; expect: trapped
(func (export "run") (result i32)
  (call $random.get-random-bytes (i64.const 8000000) (i32.const 8))
  (i32.const 7))

;;; variables of 900 KB, asked for again and again
;;; limits: memory=16MiB wall-clock=20s
;;; grants: env:LONG=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
;;; in: component
;;; spends: variables
;;; expect: returns 7
(func (export "run") (result i32) (local $left i32)
  (local.set $left (i32.const 1000))
  (loop $more
    (call $environment.get-environment (i32.const 8))
    (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
  (i32.const 7))

;;; sockets, as many as there may be
;;; limits: memory=16MiB wall-clock=20s
;;; in: component
;;; spends: sockets
;;; expect: returns 7
(func (export "run") (result i32) (local $left i32)
  (local.set $left (i32.const 480))
  (loop $more
    (call $tcp-create-socket.create-tcp-socket (i32.const 0) (i32.const 8))
    (call $udp-create-socket.create-udp-socket (i32.const 0) (i32.const 8))
    (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
  (i32.const 7))

;;; networks, as many as there may be
;;; limits: memory=16MiB wall-clock=20s
;;; in: component
;;; spends: sockets
;;; expect: limit handles
(func (export "run") (result i32)
  (loop $more (drop (call $instance-network.instance-network)) (br $more))
  unreachable)

;;; a read into all memory, which the host has to hold as well
;;; limits: memory=64MiB wall-clock=20s
;;; grants: write
;;; spends: reads
;;; expect: returns 48
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_set_size" (func $set_size (param i32 i64) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1000)
  (data (i32.const 0) "file")
  (func (export "run") (result i32)
    (if (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
        (i64.const 4194370) (i64.const 0) (i32.const 0) (i32.const 100)) (then unreachable))
    (if (call $set_size (i32.load (i32.const 100)) (i64.const 0x40000000)) (then unreachable))
    (i32.store (i32.const 208) (i32.const 65536)) (i32.store (i32.const 212) (i32.const 65000000))
    (call $fd_read (i32.load (i32.const 100)) (i32.const 200) (i32.const 2) (i32.const 300))))
