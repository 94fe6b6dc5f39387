;;; bytes that are no text, which is a case of the result
;;; expect: returns 11
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (type $error' (record (field "valid-up-to" u32)))
    (export "utf8-error" (type $error (eq $error')))
    (export "from-utf8"
      (func (param "bytes" (list u8)) (result (result string (error $error)))))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "a\ff")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64))
  (core instance $m (instantiate $M))
  (core func $read (canon lower (func $strings "from-utf8")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "from-utf8" (func $read (param i32 i32 i32)))
    ;; 0 for a text; 1, and ten times how many bytes are valid, where it is none.
    (func (export "run") (result i32)
      (call $read (i32.const 0) (i32.const 2) (i32.const 16))
      (i32.add (i32.load8_u (i32.const 16))
        (i32.mul (i32.const 10)
          (select (i32.load (i32.const 20)) (i32.const 0) (i32.load8_u (i32.const 16)))))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "from-utf8" (func $read))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a list whose end is beyond 4 GiB
;;; expect: trapped list pointer/length out of bounds of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (type $error' (record (field "valid-up-to" u32)))
    (export "utf8-error" (type $error (eq $error')))
    (export "from-utf8"
      (func (param "bytes" (list u8)) (result (result string (error $error)))))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64))
  (core instance $m (instantiate $M))
  (core func $read (canon lower (func $strings "from-utf8")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "from-utf8" (func $read (param i32 i32 i32)))
    ;; 0 for a text; 1, and ten times how many bytes are valid, where it is none.
    (func (export "run") (result i32)
      (call $read (i32.const -1) (i32.const 2) (i32.const 16))
      (i32.add (i32.load8_u (i32.const 16))
        (i32.mul (i32.const 10)
          (select (i32.load (i32.const 20)) (i32.const 0) (i32.load8_u (i32.const 16)))))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "from-utf8" (func $read))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a list of no bytes after the end of memory
;;; expect: trapped list pointer/length out of bounds of memory
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (type $error' (record (field "valid-up-to" u32)))
    (export "utf8-error" (type $error (eq $error')))
    (export "from-utf8"
      (func (param "bytes" (list u8)) (result (result string (error $error)))))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64))
  (core instance $m (instantiate $M))
  (core func $read (canon lower (func $strings "from-utf8")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "from-utf8" (func $read (param i32 i32 i32)))
    ;; 0 for a text; 1, and ten times how many bytes are valid, where it is none.
    (func (export "run") (result i32)
      (call $read (i32.const 65537) (i32.const 0) (i32.const 16))
      (i32.add (i32.load8_u (i32.const 16))
        (i32.mul (i32.const 10)
          (select (i32.load (i32.const 20)) (i32.const 0) (i32.load8_u (i32.const 16)))))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "from-utf8" (func $read))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a list of more bytes than one host call may hand over
;;; limits: host-call-bytes=4KiB
;;; expect: limit host_call_bytes
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (type $error' (record (field "valid-up-to" u32)))
    (export "utf8-error" (type $error (eq $error')))
    (export "from-utf8"
      (func (param "bytes" (list u8)) (result (result string (error $error)))))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "hello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64))
  (core instance $m (instantiate $M))
  (core func $read (canon lower (func $strings "from-utf8")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "from-utf8" (func $read (param i32 i32 i32)))
    ;; 0 for a text; 1, and ten times how many bytes are valid, where it is none.
    (func (export "run") (result i32)
      (call $read (i32.const 0) (i32.const 4097) (i32.const 16))
      (i32.add (i32.load8_u (i32.const 16))
        (i32.mul (i32.const 10)
          (select (i32.load (i32.const 20)) (i32.const 0) (i32.load8_u (i32.const 16)))))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "from-utf8" (func $read))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a list over the place for the host's result
;;; expect: returns 0
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (type $error' (record (field "valid-up-to" u32)))
    (export "utf8-error" (type $error (eq $error')))
    (export "from-utf8"
      (func (param "bytes" (list u8)) (result (result string (error $error)))))))
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64))
  (core instance $m (instantiate $M))
  (core func $read (canon lower (func $strings "from-utf8")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "from-utf8" (func $read (param i32 i32 i32)))
    ;; 0 for a text; 1, and ten times how many bytes are valid, where it is none.
    (func (export "run") (result i32)
      (call $read (i32.const 0) (i32.const 32) (i32.const 16))
      (i32.add (i32.load8_u (i32.const 16))
        (i32.mul (i32.const 10)
          (select (i32.load (i32.const 20)) (i32.const 0) (i32.load8_u (i32.const 16)))))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "from-utf8" (func $read))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a returned list whose length times size wraps around to one element
;;; call: f
;;; expect: trapped list pointer/length out of bounds of memory
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\00\00\00\00\01\00\00\40")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (list u32))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a returned list of nothing at the end of memory
;;; call: f
;;; expect: returns List([])
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\00\00\01\00\00\00\00\00")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (list u8))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a returned list of nothing at an unaligned address
;;; call: f
;;; expect: trapped list pointer is not aligned
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\02\00\00\00\00\00\00\00")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (list u32))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a returned list of records at an unaligned address
;;; call: f
;;; expect: trapped list pointer is not aligned
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\0c\00\00\00\01\00\00\00")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (list (tuple u8 u64)))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a returned list with one bad string behind good ones
;;; call: f
;;; expect: trapped string pointer/length out of bounds of memory
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\03\00\00\00\00\00\00\00\01\00\00\00"
      "\00\00\00\00\01\00\00\00\ff\ff\00\00\02\00\00\00")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (list string))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a returned list of options with a bad one
;;; call: f
;;; expect: trapped discriminant 7 out of range
(component
  (core module $M
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\02\00\00\00\01\05\07\05")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (list (option u8)))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; 4,096 entries that are all the same string of 1 MiB
;;; call: f
;;; expect: limit host_call_bytes
(component
  (core module $M
    (memory (export "memory") 32)
    (data (i32.const 0) "\00\00\01\00\00\10\00\00")
    ;; Every entry is a list of 1048576 elements at address 1048576.
    (func $fill (param $at i32)
      (loop $next
        (i32.store (local.get $at) (i32.const 1048576))
        (i32.store offset=4 (local.get $at) (i32.const 1048576))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 98304)))))
    (func (export "f") (result i32) (call $fill (i32.const 65536)) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (list string))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; 100,000 entries that are all the same list of lists of nothing
;;; call: f
;;; expect: limit host_call_bytes
(component
  (core module $M
    (memory (export "memory") 32)
    (data (i32.const 0) "\00\00\01\00\a0\86\01\00")
    ;; Every entry is a list of 10000 elements at address 1048576.
    (func $fill (param $at i32)
      (loop $next
        (i32.store (local.get $at) (i32.const 1048576))
        (i32.store offset=4 (local.get $at) (i32.const 10000))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 865536)))))
    (func (export "f") (result i32) (call $fill (i32.const 65536)) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (list (list (list u8))))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a list of bytes that takes far more room on the host than in the guest
;;; call: f
;;; expect: limit host_call_bytes
(component
  (core module $M
    (memory (export "memory") 32)
    (data (i32.const 0) "\00\00\00\00\00\00\20\00")
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func (export "f") (result (list u8))
    (canon lift (core func $m "f") (memory (core memory $m "memory")))))

;;; a text that the host splits into 20,001 parts
;;; expect: returns 20001
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "split"
      (func (param "text" string) (param "separator" string) (result (list string))))))
  (core module $M
    (memory (export "memory") 32)
    (global $free (mut i32) (i32.const 65536))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $free)
      (global.set $free (i32.add (global.get $free)
        (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8))))))
  (core instance $m (instantiate $M))
  (core func $split (canon lower (func $strings "split")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "split" (func $split (param i32 i32 i32 i32 i32)))
    (func (export "run") (result i32)
      (call $split (i32.const 1024) (i32.const 20000) (i32.const 1024) (i32.const 1)
        (i32.const 16))
      (i32.load (i32.const 20))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "split" (func $split))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; a realloc that puts the strings over the list that they are in
;;; expect: returns 2
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "split"
      (func (param "text" string) (param "separator" string) (result (list string))))))
  (core module $M
    (memory (export "memory") 2)
    (global $free (mut i32) (i32.const 65536))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      i32.const 65536))
  (core instance $m (instantiate $M))
  (core func $split (canon lower (func $strings "split")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "split" (func $split (param i32 i32 i32 i32 i32)))
    (func (export "run") (result i32)
      (call $split (i32.const 1024) (i32.const 1) (i32.const 1024) (i32.const 1)
        (i32.const 16))
      (i32.load (i32.const 20))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "split" (func $split))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))

;;; two strings that are within the limit each, and not in sum
;;; limits: host-call-bytes=4KiB
;;; expect: limit host_call_bytes
(component
  (import "wit-host:contract/strings@0.1.0" (instance $strings
    (export "split"
      (func (param "text" string) (param "separator" string) (result (list string))))))
  (core module $M
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 65536))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      unreachable))
  (core instance $m (instantiate $M))
  (core func $split (canon lower (func $strings "split")
    (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
  (core module $Run
    (import "m" "memory" (memory 1))
    (import "host" "split" (func $split (param i32 i32 i32 i32 i32)))
    (func (export "run") (result i32)
      (call $split (i32.const 0) (i32.const 3000) (i32.const 0) (i32.const 3000)
        (i32.const 16))
      (i32.load (i32.const 20))))
  (core instance $run (instantiate $Run
    (with "m" (instance $m))
    (with "host" (instance (export "split" (func $split))))))
  (func (export "run") (result s32) (canon lift (core func $run "run"))))
