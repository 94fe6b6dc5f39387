;;; a text that begins where memory ends
;;; expect: trapped `env.to_upper`: the range at 65536 of length 1 is outside of the guest's memory
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $to_upper (i32.const 65536) (i32.const 1))))

;;; no bytes at the very end of memory, which is in order
;;; expect: returns 0
(module
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $concat (i32.const 65536) (i32.const 0) (i32.const 65536) (i32.const 0))))

;;; a second text that leaves memory after a first one that does not
;;; expect: trapped the range at 65535 of length 2 is outside of the guest's memory of 65536 bytes
(module
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $concat (i32.const 0) (i32.const 1) (i32.const 65535) (i32.const 2))))

;;; a pointer and a length whose sum wraps around to a valid address
;;; expect: trapped `env.from_utf8`: the range at 4294967280 of length 32 is outside of the guest's memory
(module
  (import "env" "from_utf8" (func $from_utf8 (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $from_utf8 (i32.const 0xfffffff0) (i32.const 0x20))))

;;; a negative length, which is 4 GiB less one byte
;;; expect: trapped `env.to_upper`: the range at 1 of length 4294967295 is outside of the guest's memory
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $to_upper (i32.const 1) (i32.const -1))))

;;; a negative pointer and a negative length
;;; grants: host:example.com
;;; expect: trapped `env.fetch`: the range at 4294967295 of length 4294967295 is outside of the guest's memory
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $fetch (i32.const -1) (i32.const -1))))

;;; text with a lone continuation byte
;;; expect: trapped `env.to_upper`: the text at 0 of length 3 is not UTF-8 from index 2 on
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "ab\80")
  (func (export "run") (result i32)
    (call $to_upper (i32.const 0) (i32.const 3))))

;;; a slash in two bytes, which is an overlong form
;;; expect: trapped `env.from_utf8`: the bytes are not UTF-8 from index 0 on
(module
  (import "env" "from_utf8" (func $from_utf8 (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\c0\af")
  (func (export "run") (result i32)
    (call $from_utf8 (i32.const 0) (i32.const 2))))

;;; half of a surrogate pair, as text of JavaScript can have it
;;; expect: trapped `env.concat`: the text at 0 of length 3 is not UTF-8 from index 0 on
(module
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\ed\a0\80")
  (func (export "run") (result i32)
    (call $concat (i32.const 8) (i32.const 1) (i32.const 0) (i32.const 3))))

;;; a URL that is cut in the middle of a character
;;; grants: host:example.com
;;; expect: trapped `env.fetch`: the text at 0 of length 21 is not UTF-8 from index 19 on
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "http://example.com/\e2\82\ac")
  (func (export "run") (result i32)
    (call $fetch (i32.const 0) (i32.const 21))))

;;; a character beyond the last one of Unicode
;;; expect: trapped `env.from_utf8`: the bytes are not UTF-8 from index 1 on
(module
  (import "env" "from_utf8" (func $from_utf8 (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "a\f4\90\80\80")
  (func (export "run") (result i32)
    (call $from_utf8 (i32.const 0) (i32.const 5))))

;;; zero bytes within a text, where it does not end
;;; expect: returns 4
(module
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "a\00b\00")
  (func (export "run") (result i32)
    (call $concat (i32.const 0) (i32.const 2) (i32.const 2) (i32.const 2))))

;;; upper case that takes three times the bytes of what it was made from
;;; expect: returns 6
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\ce\90")
  (func (export "run") (result i32)
    (call $to_upper (i32.const 0) (i32.const 2))))

;;; a text from a guest that has no memory
;;; expect: trapped `env.to_upper`: the guest exports no memory named `memory`
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (func (export "run") (result i32)
    (call $to_upper (i32.const 0) (i32.const 0))))

;;; a result for a guest whose memory is exported under another name
;;; expect: returns
(module
  (import "env" "write_mem" (func $write_mem (param i32)))
  (memory (export "mem") 1)
  (func (export "run")
    (call $write_mem (i32.const 0))))

;;; a function where the memory is expected
;;; expect: trapped `env.from_utf8`: the guest exports no memory named `memory`
(module
  (import "env" "from_utf8" (func $from_utf8 (param i32 i32) (result i32)))
  (memory 1)
  (func (export "memory"))
  (func (export "run") (result i32)
    (call $from_utf8 (i32.const 0) (i32.const 0))))

;;; a global where the memory is expected
;;; expect: trapped `env.concat`: the guest exports no memory named `memory`
(module
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory 1)
  (global (export "memory") i32 (i32.const 0))
  (func (export "run") (result i32)
    (call $concat (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))

;;; a range of the larger of two memories, where the smaller one is exported
;;; limits: module-memories=2
;;; expect: trapped `env.to_upper`: the range at 65536 of length 1 is outside of the guest's memory
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory $large 2)
  (memory $small (export "memory") 1)
  (func (export "run") (result i32)
    (call $to_upper (i32.const 65536) (i32.const 1))))

;;; a result fetched before there is one, which writes nothing
;;; expect: returns -1
(module
  (import "env" "write_mem" (func $write_mem (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 65532) "\ff\ff\ff\ff")
  (func (export "run") (result i32)
    (call $write_mem (i32.const 65532))
    (call $write_mem (i32.const 65536))
    (i32.load (i32.const 65532))))

;;; a result fetched twice, the second time over what it was made from
;;; expect: returns 1111573057
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (import "env" "write_mem" (func $write_mem (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "ab")
  (func (export "run") (result i32)
    (drop (call $to_upper (i32.const 0) (i32.const 2)))
    (call $write_mem (i32.const 2))
    (call $write_mem (i32.const 0))
    (i32.load (i32.const 0)))) ;; ABAB

;;; a result of which one byte has no room
;;; expect: trapped `env.write_mem`: the range at 65535 of length 2 is outside of the guest's memory
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (import "env" "write_mem" (func $write_mem (param i32)))
  (memory (export "memory") 1)
  (func (export "run")
    (drop (call $to_upper (i32.const 0) (i32.const 2)))
    (call $write_mem (i32.const 65535))))

;;; memory that grows, and may move, between the two steps
;;; expect: returns 65
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (import "env" "write_mem" (func $write_mem (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "a")
  (func (export "run") (result i32)
    (drop (call $to_upper (i32.const 0) (i32.const 1)))
    (drop (memory.grow (i32.const 200)))
    (call $write_mem (i32.const 13172735)) ;; the last byte
    (i32.load8_u (i32.const 13172735))))

;;; a document of a host that was not granted
;;; grants: host:example.com
;;; expect: trapped `env.fetch`: access to `example.com.invalid:443` was not granted
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "https://example.com.invalid/")
  (func (export "run") (result i32)
    (call $fetch (i32.const 0) (i32.const 28))))

;;; a granted name that is only the user's name in the URL
;;; grants: host:example.com
;;; expect: trapped `env.fetch`: access to `127.0.0.1:80` was not granted
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "http://example.com@127.0.0.1/")
  (func (export "run") (result i32)
    (call $fetch (i32.const 0) (i32.const 29))))

;;; another port of a host of which one port was granted
;;; grants: host:127.0.0.1:80
;;; expect: trapped `env.fetch`: access to `127.0.0.1:22` was not granted
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "http://127.0.0.1:22/")
  (func (export "run") (result i32)
    (call $fetch (i32.const 0) (i32.const 20))))

;;; a file of the host by its URL
;;; grants: host:localhost
;;; expect: trapped `env.fetch`: the URL is not valid: `file` is neither `http` nor `https`
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file:///etc/passwd")
  (func (export "run") (result i32)
    (call $fetch (i32.const 0) (i32.const 18))))

;;; a URL of one scheme of sixty thousand letters, for an error that floods
;;; expect: trapped it is longer than 8192 bytes
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (memory.fill (i32.const 0) (i32.const 97) (i32.const 60000))
    (i32.store8 (i32.const 60000) (i32.const 58))
    (call $fetch (i32.const 0) (i32.const 60001))))

;;; a URL that colours the terminal it is shown on
;;; expect: trapped `env.fetch`: the URL is not valid
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "http://\1b[31m/")
  (func (export "run") (result i32)
    (call $fetch (i32.const 0) (i32.const 13))))

;;; more bytes in one argument than one call may take
;;; limits: host-call-bytes=1KiB
;;; expect: limit host_call_bytes
(module
  (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $to_upper (i32.const 0) (i32.const 1025))))

;;; the same bytes handed over twice, which count twice
;;; limits: host-call-bytes=1KiB
;;; expect: limit host_call_bytes
(module
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (call $concat (i32.const 0) (i32.const 512) (i32.const 0) (i32.const 513))))

;;; exactly as many bytes as one call may take, in call after call
;;; limits: host-call-bytes=1KiB
;;; expect: returns 1024
(module
  (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32)
    (drop (call $concat (i32.const 0) (i32.const 1024) (i32.const 0) (i32.const 0)))
    (call $concat (i32.const 0) (i32.const 512) (i32.const 0) (i32.const 512))))

;;; one host call more than is allowed
;;; limits: host-calls=10
;;; expect: limit host_calls
(module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (func (export "run") (local $sum i32)
    (loop $again
      (local.set $sum (call $add (local.get $sum) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $sum) (i32.const 11))))))
;;; memory that was refused does not hide why a later call of the host failed
;;; expect: trapped access to `example.com:80` was not granted
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "http://example.com/")
  (func (export "run") (result i32)
    (drop (memory.grow (i32.const 65535)))
    (call $fetch (i32.const 0) (i32.const 19))))
;;; text that poses as a limit of the host
;;; expect: trapped `tablecounttoohigh` is neither `http` nor `https`
(module
  (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "tablecounttoohigh:x")
  (func (export "run") (result i32)
    (call $fetch (i32.const 0) (i32.const 19))))
;;; an address that is written nowhere, since there is no result yet
;;; expect: returns
(module
  (import "env" "write_mem" (func $write_mem (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call $write_mem (i32.const -1))))
