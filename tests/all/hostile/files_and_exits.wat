;;; a file that was granted
;;; grants: read
;;; expect: returns 0
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a file beside the granted folder
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "../secret")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 9) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a file of the host by its full path
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "/etc/passwd")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 11) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a symbolic link out of the granted folder
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "link")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a symbolic link itself, not followed
;;; grants: read
;;; expect: returns 32
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "link")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a symbolic link with a slash behind it, not followed
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "link/")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 5) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a file with a slash behind it
;;; grants: read
;;; expect: returns 54
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file/")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 5) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; the granted folder itself
;;; grants: read
;;; expect: returns 0
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) ".")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; the folder above the granted one
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "..")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 2)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a path of nothing
;;; grants: read
;;; expect: returns 44
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a path that goes on after a zero byte
;;; grants: read
;;; expect: returns 28
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file\00.txt")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 9) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a path that is not UTF-8
;;; grants: read
;;; expect: returns 25
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\ff\fe")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a path of sixty thousand bytes
;;; grants: read
;;; expect: returns 37
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (memory.fill (i32.const 0) (i32.const 97) (i32.const 60000))
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 60000) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 60000))))

;;; a path of a thousand steps up
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (local $at i32)
    (loop $again
      (i32.store (local.get $at) (i32.const 0x2f2e2e)) ;; `../`
      (local.set $at (i32.add (local.get $at) (i32.const 3)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 3000))))
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 3000) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 4096))))

;;; a file opened to be written in a folder to read
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a file made in a folder to read
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "new")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 3) (i32.const 1)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a file emptied in a folder to read
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 8)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a file written through a symbolic link
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "link")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 9)
      (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a file made within the granted folder
;;; grants: write
;;; expect: returns 0
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "new")
  (func (export "run") (result i32)
    (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 3) (i32.const 5)
      (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a folder made in a folder to read
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_create_directory"
    (func $make (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "new")
  (func (export "run") (result i32)
    (call $make (i32.const 3) (i32.const 0) (i32.const 3))))

;;; a file removed in a folder to read
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_unlink_file"
    (func $unlink (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file")
  (func (export "run") (result i32)
    (call $unlink (i32.const 3) (i32.const 0) (i32.const 4))))

;;; a file removed beside the granted folder
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_unlink_file"
    (func $unlink (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "../secret")
  (func (export "run") (result i32)
    (call $unlink (i32.const 3) (i32.const 0) (i32.const 9))))

;;; a symbolic link with a slash behind it removed
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_unlink_file"
    (func $unlink (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "link/")
  (func (export "run") (result i32)
    (call $unlink (i32.const 3) (i32.const 0) (i32.const 5))))

;;; the granted folder itself removed, from within
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_remove_directory"
    (func $remove (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "../data")
  (func (export "run") (result i32)
    (call $remove (i32.const 3) (i32.const 0) (i32.const 7))))

;;; a file renamed in a folder to read
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_rename"
    (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "filenew")
  (func (export "run") (result i32)
    (call $rename
      (i32.const 3) (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 3))))

;;; a file renamed over a symbolic link, which is in order and leaves its target alone
;;; grants: write
;;; expect: returns 0
(module
  (import "wasi_snapshot_preview1" "path_rename"
    (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "filelink")
  (func (export "run") (result i32)
    (call $rename
      (i32.const 3) (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 4))))

;;; a file moved out of the granted folder
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_rename"
    (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file../x")
  (func (export "run") (result i32)
    (call $rename
      (i32.const 3) (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 4))))

;;; a file moved over one beside the granted folder
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_rename"
    (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file../secret")
  (func (export "run") (result i32)
    (call $rename
      (i32.const 3) (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 9))))

;;; a file linked in a folder to read
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_link"
    (func $link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "filenew")
  (func (export "run") (result i32)
    (call $link (i32.const 3) (i32.const 0)
      (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 3))))

;;; a file beside the granted folder linked into it
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_link"
    (func $link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "../secretx")
  (func (export "run") (result i32)
    (call $link (i32.const 3) (i32.const 0)
      (i32.const 0) (i32.const 9) (i32.const 3) (i32.const 9) (i32.const 1))))

;;; what a symbolic link points to linked into the granted folder
;;; grants: write
;;; expect: returns 28
(module
  (import "wasi_snapshot_preview1" "path_link"
    (func $link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "linkx")
  (func (export "run") (result i32)
    (call $link (i32.const 3) (i32.const 1)
      (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 1))))

;;; a symbolic link made in a folder to read
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_symlink"
    (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "filenew")
  (func (export "run") (result i32)
    (call $symlink (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 3))))

;;; a symbolic link to a full path
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_symlink"
    (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "/etc/passwdx")
  (func (export "run") (result i32)
    (call $symlink (i32.const 0) (i32.const 11) (i32.const 3) (i32.const 11) (i32.const 1))))

;;; a symbolic link that the guest made itself, followed
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_symlink"
    (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "../secretx")
  (func (export "run") (result i32)
    (drop
      (call $symlink (i32.const 0) (i32.const 9) (i32.const 3) (i32.const 9) (i32.const 1)))
    (call $open (i32.const 3) (i32.const 1) (i32.const 9) (i32.const 1) (i32.const 8)
      (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a symbolic link to the folder above, and a path through it
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_symlink"
    (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "..x/secret")
  (func (export "run") (result i32)
    (drop
      (call $symlink (i32.const 0) (i32.const 2) (i32.const 3) (i32.const 2) (i32.const 1)))
    (call $open (i32.const 3) (i32.const 1) (i32.const 2) (i32.const 8) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; the link itself moved a level deeper, so that it points to the granted folder
;;; grants: write
;;; expect: returns 44
(module
  (import "wasi_snapshot_preview1" "path_create_directory"
    (func $make (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_rename"
    (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "linkd/link")
  (func (export "run") (result i32)
    (if (call $make (i32.const 3) (i32.const 4) (i32.const 1)) (then (unreachable)))
    (if (call $rename
        (i32.const 3) (i32.const 0) (i32.const 4) (i32.const 3) (i32.const 4) (i32.const 6))
      (then (unreachable)))
    (call $open (i32.const 3) (i32.const 1) (i32.const 4) (i32.const 6) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a folder opened, and the way up from there
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "../secret")
  (func (export "run") (result i32)
    (drop (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 2)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))) ;; `.`
    (call $open (i32.load (i32.const 100)) (i32.const 1) (i32.const 0) (i32.const 9) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; a file taken for a folder
;;; grants: read
;;; expect: returns 54
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file../secret")
  (func (export "run") (result i32)
    (drop (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))
    (call $open (i32.load (i32.const 100)) (i32.const 1) (i32.const 4) (i32.const 9) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))))

;;; what a symbolic link points to, by its size
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_filestat_get"
    (func $stat (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "link")
  (func (export "run") (result i32)
    (call $stat (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 64))))

;;; the time of a file beside the granted folder changed
;;; grants: write
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_filestat_set_times"
    (func $touch (param i32 i32 i32 i32 i64 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "link")
  (func (export "run") (result i32)
    (call $touch (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4)
      (i64.const 0) (i64.const 0) (i32.const 5))))

;;; a file opened to read, and written to all the same
;;; grants: read
;;; expect: returns 8
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file\00\00\00\00\04\00\00\00")
  (func (export "run") (result i32)
    (if (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))
      (then (unreachable)))
    (call $write (i32.load (i32.const 100)) (i32.const 4) (i32.const 1) (i32.const 200))))

;;; a file opened to read, and cut all the same
;;; grants: read
;;; expect: returns 63
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_set_size"
    (func $cut (param i32 i64) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file")
  (func (export "run") (result i32)
    (drop (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))
    (call $cut (i32.load (i32.const 100)) (i64.const 0))))

;;; rights that are added to a folder to read
;;; grants: read
;;; expect: returns 58
(module
  (import "wasi_snapshot_preview1" "fd_fdstat_set_rights"
    (func $rights (param i32 i64 i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $rights (i32.const 3) (i64.const 0x1fffffff) (i64.const 0x1fffffff))))

;;; files opened without an end
;;; limits: handles=20
;;; grants: read
;;; expect: limit handles
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file")
  (func (export "run")
    (loop $again
      (drop (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100)))
      (br $again))))

;;; a file opened and closed a hundred times, which is in order
;;; limits: handles=20
;;; grants: read
;;; expect: returns 0
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file")
  (func (export "run") (result i32) (local $failed i32) (local $turns i32)
    (loop $again
      (local.set $failed (i32.or
        (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 4) (i32.const 0)
          (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 100))
        (i32.or (local.get $failed) (call $close (i32.load (i32.const 100))))))
      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $turns) (i32.const 100))))
    (local.get $failed)))

;;; an exit with success
;;; expect: exits 0
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const 0))))

;;; an exit with failure
;;; expect: exits 1
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const 1))))

;;; an exit with the status of a wrong command line
;;; expect: exits 2
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const 2))))

;;; an exit with a status that the command has for itself
;;; expect: exits 123
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const 123))))

;;; an exit with the status of a reached limit
;;; expect: exits 124
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const 124))))

;;; an exit with the last status that the first preview allowed
;;; expect: exits 125
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const 125))))

;;; an exit with the first status that it did not allow
;;; expect: exits 126
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const 126))))

;;; an exit with the largest status of a process
;;; expect: exits 255
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const 255))))

;;; an exit with a status that a process cannot have
;;; expect: exits 256
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const 256))))

;;; an exit with a negative status
;;; expect: exits -1
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $exit (i32.const -1))))

;;; an exit from the start function
;;; expect: exits 3
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $leave (call $exit (i32.const 3)))
  (start $leave)
  (func (export "run")))

;;; an exit from the set-up
;;; expect: exits 4
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (call $exit (i32.const 4)))
  (func (export "run")))

;;; an exit with success from the set-up, after which there is nothing to call
;;; expect: exits 0
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (call $exit (i32.const 0)))
  (func (export "run")))

;;; an exit with failure from `_start`, ahead of another call
;;; expect: exits 5
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 5)))
  (func (export "run")))

;;; an exit with success from `_start`, ahead of another call
;;; expect: returns 7
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 0)))
  (func (export "run") (result i32) (i32.const 7)))

;;; an exit from a function that the host did not call as main
;;; call: leave
;;; expect: exits 6
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "leave") (call $exit (i32.const 6))))

;;; an exit between the two steps of a result
;;; expect: exits 8
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (import "env" "write_mem" (func $write_mem (param i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "run")
    (drop (call $to_upper (i32.const 0) (i32.const 1)))
    (call $exit (i32.const 8))
    (call $write_mem (i32.const -1))))

;;; an exit at the bottom of a deep recursion
;;; expect: exits 10
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $down (param $levels i32)
    (if (local.get $levels)
      (then (call $down (i32.sub (local.get $levels) (i32.const 1))))
      (else (call $exit (i32.const 10)))))
  (func (export "run") (call $down (i32.const 2000))))
