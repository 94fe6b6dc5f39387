;;; a pipe with a name, opened to read
;;; grants: read
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, opened to read without following links
;;; grants: read
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, opened to write
;;; grants: write
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, opened to read and write
;;; grants: write
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, opened as a folder
;;; grants: read
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 2)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, made anew and emptied
;;; grants: write
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 9)
    (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, opened so as not to wait
;;; grants: read
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 4) (i32.const 100)))

;;; a pipe with a name behind a link
;;; grants: read
;;; folder: fifo pipe, link way pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "way")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 3) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name behind twenty links
;;; grants: read
;;; folder: fifo 0, link 1 0, link 2 1, link 3 2, link 4 3, link 5 4, link 6 5, link 7 6, link 8 7, link 9 8
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "./9")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 3) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, with a dot and slashes before it
;;; grants: read
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) ".///./pipe")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 10) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, linked by the guest
;;; grants: write
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipenew")
(func (export "run") (result i32)
  (if (call $path_symlink (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 3))
    (then unreachable))
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 4) (i32.const 3) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, given another by the guest
;;; grants: write
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipefile")
(func (export "run") (result i32)
  (if (call $path_rename (i32.const 3) (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 4))
    (then unreachable))
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 4) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a pipe with a name, tried without an end
;;; grants: read
;;; folder: fifo pipe
;;; in: module
;;; limits: wall-clock=200ms
;;; within: 2000
;;; expect: limit wall_clock
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (loop $again
    (drop (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))
    (br $again))
  unreachable)

;;; a pipe with a name, of which all that can be asked is asked
;;; grants: write
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 0
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (drop (call $path_filestat_get (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 104)))
  (drop (call $path_filestat_set_times (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i64.const 0) (i64.const 0) (i32.const 5)))
  (drop (call $path_readlink (i32.const 3) (i32.const 0) (i32.const 4) (i32.const 200) (i32.const 100) (i32.const 300)))
  (drop (call $path_link (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 0) (i32.const 3)))
  (drop (call $path_remove_directory (i32.const 3) (i32.const 0) (i32.const 4)))
  (drop (call $path_create_directory (i32.const 3) (i32.const 0) (i32.const 4)))
  (drop (call $fd_readdir (i32.const 3) (i32.const 1024) (i32.const 4096) (i64.const 0) (i32.const 300)))
  (call $path_unlink_file (i32.const 3) (i32.const 0) (i32.const 4)))

;;; a pipe with a name, and a file after it, which is opened
;;; grants: read
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 0
(data (i32.const 0) "pipefile")
(func (export "run") (result i32)
  (drop (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 4) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a socket, opened to read
;;; grants: read
;;; folder: socket sock
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "sock")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a socket, opened to write
;;; grants: write
;;; folder: socket sock
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "sock")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a socket, opened as a folder
;;; grants: read
;;; folder: socket sock
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "sock")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 2)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a device without an end, in a folder of devices
;;; grants: dir:/dev
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "zero")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; the terminal, in a folder of devices
;;; grants: dir:/dev
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "tty")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 3) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; the pair of terminals' maker, in a folder of devices
;;; grants: dir:/dev
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "ptmx")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; a folder of devices, listed
;;; grants: dir:/dev
;;; in: module
;;; within: 2000
;;; expect: returns 0
(func (export "run") (result i32)
  (call $fd_readdir (i32.const 3) (i32.const 1024) (i32.const 60000) (i64.const 0) (i32.const 300)))

;;; a pipe with a name, opened to read by a component
;;; grants: read
;;; folder: fifo pipe
;;; in: component
;;; within: 2000
;;; expect: returns 31
(data (i32.const 16) "pipe")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.eqz (i32.load8_u (i32.const 100))) (then unreachable))
  (i32.load8_u (i32.const 104)))

;;; a pipe with a name, opened to read by a component without following links
;;; grants: read
;;; folder: fifo pipe
;;; in: component
;;; within: 2000
;;; expect: returns 31
(data (i32.const 16) "pipe")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 0)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.eqz (i32.load8_u (i32.const 100))) (then unreachable))
  (i32.load8_u (i32.const 104)))

;;; a pipe with a name, opened to write by a component
;;; grants: write
;;; folder: fifo pipe
;;; in: component
;;; within: 2000
;;; expect: returns 31
(data (i32.const 16) "pipe")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 100))
  (if (i32.eqz (i32.load8_u (i32.const 100))) (then unreachable))
  (i32.load8_u (i32.const 104)))

;;; a pipe with a name, opened to read and write by a component
;;; grants: write
;;; folder: fifo pipe
;;; in: component
;;; within: 2000
;;; expect: returns 31
(data (i32.const 16) "pipe")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 3) (i32.const 100))
  (if (i32.eqz (i32.load8_u (i32.const 100))) (then unreachable))
  (i32.load8_u (i32.const 104)))

;;; a pipe with a name, opened as a folder by a component
;;; grants: read
;;; folder: fifo pipe
;;; in: component
;;; within: 2000
;;; expect: returns 31
(data (i32.const 16) "pipe")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 2) (i32.const 1) (i32.const 100))
  (if (i32.eqz (i32.load8_u (i32.const 100))) (then unreachable))
  (i32.load8_u (i32.const 104)))

;;; a pipe with a name behind a link, opened by a component
;;; grants: read
;;; folder: fifo pipe, link way pipe
;;; in: component
;;; within: 2000
;;; expect: returns 31
(data (i32.const 16) "way")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 16) (i32.const 3) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.eqz (i32.load8_u (i32.const 100))) (then unreachable))
  (i32.load8_u (i32.const 104)))

;;; a socket, opened by a component
;;; grants: read
;;; folder: socket sock
;;; in: component
;;; within: 2000
;;; expect: returns 31
(data (i32.const 16) "sock")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.eqz (i32.load8_u (i32.const 100))) (then unreachable))
  (i32.load8_u (i32.const 104)))

;;; a device, opened by a component
;;; grants: dir:/dev
;;; in: component
;;; within: 2000
;;; expect: returns 31
(data (i32.const 16) "tty")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 16) (i32.const 3) (i32.const 0) (i32.const 1) (i32.const 100))
  (if (i32.eqz (i32.load8_u (i32.const 100))) (then unreachable))
  (i32.load8_u (i32.const 104)))

;;; a pipe with a name, and a file after it, which a component opens
;;; grants: read
;;; folder: fifo pipe
;;; in: component
;;; within: 2000
;;; expect: returns 0
(data (i32.const 16) "pipefile")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (call $descriptor.open-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 20) (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 100))
  (i32.load8_u (i32.const 100)))

;;; a pipe with a name, as a component lists it and asks for it
;;; grants: read
;;; folder: fifo pipe
;;; in: component
;;; within: 2000
;;; expect: returns 0
(data (i32.const 16) "pipe")
(func (export "run") (result i32) (local $folder i32)
  (call $preopens.get-directories (i32.const 0))
  (local.set $folder (i32.load (i32.load (i32.const 0))))
  (call $descriptor.read-directory (local.get $folder) (i32.const 100))
  (call $directory-entry-stream.read-directory-entry (i32.load (i32.const 104)) (i32.const 208))
  (call $descriptor.metadata-hash-at (local.get $folder) (i32.const 1) (i32.const 16) (i32.const 4)
    (i32.const 304))
  (call $descriptor.stat-at (local.get $folder) (i32.const 1) (i32.const 16) (i32.const 4)
    (i32.const 400))
  (i32.load8_u (i32.const 408)))

;;; the kernel's own files, which are none of a disk
;;; grants: dir:/proc/self
;;; in: module
;;; limits: wall-clock=500ms
;;; within: 3000
;;; expect: returns 0
(data (i32.const 0) "environ")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 7) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; the host's own input, through the kernel's files
;;; grants: dir:/proc/self
;;; in: module
;;; limits: wall-clock=500ms
;;; within: 3000
;;; expect: returns 32
(data (i32.const 0) "fd/0")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; the host's root folder, through the kernel's files
;;; grants: dir:/proc/self
;;; in: module
;;; limits: wall-clock=500ms
;;; within: 3000
;;; expect: returns 32
(data (i32.const 0) "root/etc/passwd")
(func (export "run") (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 15) (i32.const 0)
    (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))

;;; the times of a pipe with a name, set
;;; grants: write
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "pipe")
(func (export "run") (result i32)
  (call $path_filestat_set_times (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4)
    (i64.const 0) (i64.const 0) (i32.const 5)))

;;; the times of a pipe with a name behind a link, set
;;; grants: write
;;; folder: fifo pipe, link way pipe
;;; in: module
;;; within: 2000
;;; expect: returns 63
(data (i32.const 0) "way")
(func (export "run") (result i32)
  (call $path_filestat_set_times (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 3)
    (i64.const 0) (i64.const 0) (i32.const 5)))

;;; the times of a pipe with a name, set by a component
;;; grants: write
;;; folder: fifo pipe
;;; in: component
;;; within: 2000
;;; expect: returns 31
(data (i32.const 16) "pipe")
(func (export "run") (result i32)
  (call $preopens.get-directories (i32.const 0))
  (call $descriptor.set-times-at (i32.load (i32.load (i32.const 0))) (i32.const 1)
    (i32.const 16) (i32.const 4)
    (i32.const 1) (i64.const 0) (i32.const 0) (i32.const 1) (i64.const 0) (i32.const 0)
    (i32.const 100))
  (if (i32.eqz (i32.load8_u (i32.const 100))) (then unreachable))
  (i32.load8_u (i32.const 101)))

;;; the times of a file, set, which is in order
;;; grants: write
;;; in: module
;;; expect: returns 0
(data (i32.const 0) "file")
(func (export "run") (result i32)
  (call $path_filestat_set_times (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4)
    (i64.const 0) (i64.const 0) (i32.const 5)))

;;; a pipe with a name, for which a folder is taken, listed and removed
;;; grants: write
;;; folder: fifo pipe
;;; in: module
;;; within: 2000
;;; expect: returns 0
(data (i32.const 0) "pipex")
(func (export "run") (result i32)
  (drop (call $path_open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 2)
    (i64.const 0x4000) (i64.const 0) (i32.const 0) (i32.const 100)))
  (drop (call $path_link (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 3)
    (i32.const 4) (i32.const 1)))
  (call $path_unlink_file (i32.const 3) (i32.const 0) (i32.const 4)))
