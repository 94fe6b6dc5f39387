;;; a string that ends one byte after memory
;;; expect: trapped string pointer/length out of bounds of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 65532) (i32.const 5) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a string whose end is beyond 4 GiB
;;; expect: trapped string pointer/length out of bounds of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const -4) (i32.const 5) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a string of length 2^31
;;; expect: trapped string pointer/length out of bounds of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 0x80000000) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; an empty string after the end of memory
;;; expect: trapped string pointer/length out of bounds of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 65537) (i32.const 0) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a string with a zero in it
;;; expect: returns 65
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\00a\00")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 3) (i32.const 16))
      (i32.load8_u (i32.const 65))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a string with a byte that utf-8 never has
;;; expect: trapped utf-8
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "a\ff")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 2) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a string with an overlong slash
;;; expect: trapped utf-8
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\c0\af")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 2) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a string with a surrogate in utf-8
;;; expect: trapped utf-8
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\ed\a0\80")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 3) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a utf16 string with a lone surrogate
;;; expect: trapped unpaired surrogate found
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\00\d8")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    string-encoding=utf16
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 1) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a utf16 string at an odd address
;;; expect: trapped string pointer not aligned to 2
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    string-encoding=utf16
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 1) (i32.const 1) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a utf16 string of 2^31 units, whose bytes wrap around
;;; expect: trapped string pointer/length out of bounds of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    string-encoding=utf16
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 0x80000000) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a latin1 string whose upper case is out of latin1
;;; expect: returns 376
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\ff")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    string-encoding=latin1+utf16
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 1) (i32.const 16))
      (i32.load16_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a tagged length with a lone surrogate
;;; expect: trapped unpaired surrogate found
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\00\dc")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    string-encoding=latin1+utf16
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const 0x80000001) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a tagged length of 2^31 - 1 units
;;; expect: trapped string pointer/length out of bounds of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "to-upper" (func (param "text" string) (result string)))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 64))
  (core instance $m (instantiate $M))
  (core func $upper (canon lower (func $strings "to-upper")
    string-encoding=latin1+utf16
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "to-upper" (func $upper (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $upper (i32.const 0) (i32.const -1) (i32.const 16))
      (i32.load8_u (i32.const 64))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "to-upper" (func $upper))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a returned string that is no utf-8
;;; call: f
;;; expect: trapped utf-8
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\02\00\00\00\c3\28")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result string)
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a returned string that ends after memory
;;; call: f
;;; expect: trapped string pointer/length out of bounds of memory
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\ff\ff\00\00\02\00\00\00")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result string)
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a returned utf16 string with a lone surrogate
;;; call: f
;;; expect: trapped unpaired surrogate found
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\01\00\00\00\00\d8")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result string)
    (canon lift (core func $m "f") string-encoding=utf16 (memory (core memory $m "memory")))))

;;; a function whose name steers a terminal
;;; call: f
;;; expect: trapped \u{1b}[2J
(component
  (core module $M
    (func $boom (@name "\1b[2J") (result i32) unreachable)
    (func (export "f") (result i32) (call $boom)))
  (core instance $m (instantiate $M))
  (func (export "f") (result s32)
    (canon lift (core func $m "f"))))

;;; a char that is a surrogate
;;; call: f
;;; expect: trapped char
(component
  (core module $M
    (func (export "f") (result i32) (i32.const 0xd800)))
  (core instance $m (instantiate $M))
  (func (export "f") (result char)
    (canon lift (core func $m "f"))))

;;; a char after the last one
;;; call: f
;;; expect: trapped char
(component
  (core module $M
    (func (export "f") (result i32) (i32.const 0x110000)))
  (core instance $m (instantiate $M))
  (func (export "f") (result char)
    (canon lift (core func $m "f"))))

;;; a bool of 2, which is true
;;; call: f
;;; expect: returns Bool(true)
(component
  (core module $M
    (func (export "f") (result i32) (i32.const 2)))
  (core instance $m (instantiate $M))
  (func (export "f") (result bool)
    (canon lift (core func $m "f"))))

;;; a byte with bits above the eighth, which are cut off
;;; call: f
;;; expect: returns U8(255)
(component
  (core module $M
    (func (export "f") (result i32) (i32.const -1)))
  (core instance $m (instantiate $M))
  (func (export "f") (result u8)
    (canon lift (core func $m "f"))))

;;; an enum out of its cases
;;; call: f
;;; expect: trapped discriminant 2 out of range
(component
  (core module $M
    (func (export "f") (result i32) (i32.const 2)))
  (core instance $m (instantiate $M))
  (type $e' (enum "a" "b"))
  (export $e "e" (type $e'))
  (func (export "f") (result $e)
    (canon lift (core func $m "f"))))

;;; a result that is neither ok nor an error
;;; call: f
;;; expect: trapped discriminant 2 out of range
(component
  (core module $M
    (func (export "f") (result i32) (i32.const 2)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (result))
    (canon lift (core func $m "f"))))

;;; flags with more bits than names, which are cut off
;;; call: f
;;; expect: returns Flags(["a", "b"])
(component
  (core module $M
    (func (export "f") (result i32) (i32.const -1)))
  (core instance $m (instantiate $M))
  (type $f' (flags "a" "b"))
  (export $f "f-flags" (type $f'))
  (func (export "f") (result $f)
    (canon lift (core func $m "f"))))

;;; an option that is neither none nor some
;;; call: f
;;; expect: trapped discriminant 2 out of range
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\02")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (option u8))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a variant out of its cases
;;; call: f
;;; expect: trapped discriminant 255 out of range
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\ff")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (type $v' (variant (case "a" string) (case "b")))
  (export $v "v" (type $v'))
  (func (export "f") (result $v)
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a variant whose payload is no string
;;; call: f
;;; expect: trapped string pointer/length out of bounds of memory
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\00\00\00\00\ff\ff\ff\ff\01")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (type $v' (variant (case "a" string) (case "b")))
  (export $v "v" (type $v'))
  (func (export "f") (result $v)
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; an import whose name steers a terminal
;;; expect: invalid \u{1b}[2J
(component
  (core module $M (import "\1b[2J" "\1b[31m" (func)))
  (core instance (instantiate $M)))

;;; a type out of its cases handed to the host
;;; expect: trapped discriminant
(component
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (export "exit" (func (param "status" (result))))))
  (core func $exit (canon lower (func $exit "exit")))
  (core module $M
    (import "host" "exit" (func $exit (param i32)))
    (func (export "run") (result i32) (call $exit (i32.const 2)) (i32.const 0)))
  (core instance $m (instantiate $M
    (with "host" (instance (export "exit" (func $exit))))))
  (func (export "run") (result s32) (canon lift (core func $m "run"))))

;;; a document from a host that was not granted
;;; expect: returns 0
(component
  (import "wit-host:contract/fetch@0.1.0" (instance $fetch
    (type $error' (variant (case "denied" string) (case "invalid-url" string)
      (case "too-large" u64) (case "timed-out" u64) (case "failed" string)))
    (export "fetch-error" (type $error (eq $error')))
    (export "get" (func (param "url" string) (result (result (list u8) (error $error)))))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 1024) "http://127.0.0.1/")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2048)))
  (core instance $m (instantiate $M))
  (core func $get (canon lower (func $fetch "get")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "get" (func $get (param i32 i32 i32)))
    ;; The case of the error, or -1 for a document.
    (func (export "run") (result i32)
      (call $get (i32.const 1024) (i32.const 17) (i32.const 16))
      (select (i32.load8_u (i32.const 24)) (i32.const -1) (i32.load8_u (i32.const 16)))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "get" (func $get))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a url of zeros
;;; expect: returns 1
(component
  (import "wit-host:contract/fetch@0.1.0" (instance $fetch
    (type $error' (variant (case "denied" string) (case "invalid-url" string)
      (case "too-large" u64) (case "timed-out" u64) (case "failed" string)))
    (export "fetch-error" (type $error (eq $error')))
    (export "get" (func (param "url" string) (result (result (list u8) (error $error)))))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 1024) "")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2048)))
  (core instance $m (instantiate $M))
  (core func $get (canon lower (func $fetch "get")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "get" (func $get (param i32 i32 i32)))
    ;; The case of the error, or -1 for a document.
    (func (export "run") (result i32)
      (call $get (i32.const 1024) (i32.const 60000) (i32.const 16))
      (select (i32.load8_u (i32.const 24)) (i32.const -1) (i32.load8_u (i32.const 16)))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "get" (func $get))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))
