;; A core module that imports from `env`: `run` adds two numbers on the host, `greet`
;; lets the host fetch, join and change text. Its own functions take and return text as
;; C does: an address, up to a NUL. Within, a text is an address and a length.
(module $guest
  (import "env" "add" (func $env.add (param i32 i32) (result i32)))
  ;; What comes back from these is the length of a text that the host keeps, until
  ;; `write_mem` copies it.
  (import "env" "concat" (func $env.concat (param i32 i32 i32 i32) (result i32)))
  (import "env" "to_upper" (func $env.to_upper (param i32 i32) (result i32)))
  (import "env" "from_utf8" (func $env.from_utf8 (param i32 i32) (result i32)))
  (import "env" "fetch" (func $env.fetch (param i32 i32) (result i32)))
  (import "env" "write_mem" (func $env.write_mem (param i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "Hello, ")
  (data (i32.const 16) "world")
  (data (i32.const 32) " and ")
  (data (i32.const 48) "!")
  (data (i32.const 64) "http://\00")
  (data (i32.const 80) "https://\00")

  ;; Room is taken from `$free` on. It is all given back with the host's last block.
  (global $start i32 (i32.const 96))
  (global $free (mut i32) (i32.const 96))
  (global $blocks (mut i32) (i32.const 0))

  (func $room (param $size i32) (result i32) (local $at i32)
    (local.set $at (global.get $free))
    (global.set $free (i32.add (local.get $at) (local.get $size)))
    (if (i32.lt_u (global.get $free) (local.get $at)) (then unreachable))
    (loop $grow
      (if (i32.gt_u
            (i32.shr_u (global.get $free) (i32.const 16))
            (i32.sub (memory.size) (i32.const 1)))
        (then
          (if (i32.eq (memory.grow (memory.size)) (i32.const -1)) (then unreachable))
          (br $grow))))
    (local.get $at))

  ;; Makes a block. The host puts an argument into one.
  (func $allocate (export "allocate") (param $size i32) (result i32)
    (global.set $blocks (i32.add (global.get $blocks) (i32.const 1)))
    (call $room (local.get $size)))

  ;; Gives a block back.
  (func (export "deallocate") (param $block i32) (param $size i32)
    (global.set $blocks (i32.sub (global.get $blocks) (i32.const 1)))
    (if (i32.eqz (global.get $blocks))
      (then (global.set $free (global.get $start)))))

  (func $written (param $length i32) (result i32 i32) (local $text i32)
    (local.set $text (call $room (local.get $length)))
    (call $env.write_mem (local.get $text))
    (local.get $text)
    (local.get $length))

  (func $concat (param i32 i32 i32 i32) (result i32 i32)
    (call $written
      (call $env.concat (local.get 0) (local.get 1) (local.get 2) (local.get 3))))

  (func $to-upper (param i32 i32) (result i32 i32)
    (call $written (call $env.to_upper (local.get 0) (local.get 1))))

  ;; Traps where there is no document, or one that is not text.
  (func $fetched (param i32 i32) (result i32 i32)
    (call $written (call $env.fetch (local.get 0) (local.get 1)))
    (call $written (call $env.from_utf8)))

  ;; How many bytes there are before `$byte`, or all of them.
  (func $before (param $text i32) (param $length i32) (param $byte i32) (result i32)
    (local $index i32)
    (block $found
      (loop $next
        (br_if $found (i32.ge_u (local.get $index) (local.get $length)))
        (br_if $found
          (i32.eq
            (i32.load8_u (i32.add (local.get $text) (local.get $index)))
            (local.get $byte)))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br $next)))
    (local.get $index))

  ;; Whether a text begins with another; both have a NUL at their end.
  (func $begins (param $text i32) (param $start i32) (result i32)
    (loop $next
      (if (i32.eqz (i32.load8_u (local.get $start))) (then (return (i32.const 1))))
      (if (i32.ne (i32.load8_u (local.get $text)) (i32.load8_u (local.get $start)))
        (then (return (i32.const 0))))
      (local.set $text (i32.add (local.get $text) (i32.const 1)))
      (local.set $start (i32.add (local.get $start) (i32.const 1)))
      (br $next))
    unreachable)

  ;; The first text followed by the second, in which `a,b` is `a and b`.
  (func $joined (param $all i32) (param $all-length i32) (param $names i32) (param $length i32)
    (result i32 i32)
    (local $name-length i32)
    (loop $next (result i32 i32)
      (local.set $name-length
        (call $before (local.get $names) (local.get $length) (i32.const 44)))
      (call $concat
        (local.get $all) (local.get $all-length) (local.get $names) (local.get $name-length))
      (local.set $all-length)
      (local.set $all)
      (if (result i32 i32) (i32.eq (local.get $name-length) (local.get $length))
        (then (local.get $all) (local.get $all-length))
        (else
          (local.set $names
            (i32.add (local.get $names) (i32.add (local.get $name-length) (i32.const 1))))
          (local.set $length
            (i32.sub (local.get $length) (i32.add (local.get $name-length) (i32.const 1))))
          (call $concat
            (local.get $all) (local.get $all-length) (i32.const 32) (i32.const 5))
          (local.set $all-length)
          (local.set $all)
          (br $next)))))

  (func (export "run") (result i32)
    (call $env.add (i32.const 1) (i32.const 2)))

  ;; Greets somebody. The result is the host's to give back.
  (func (export "greet") (param $name i32) (result i32) (local $length i32) (local $result i32)
    (local.set $length (call $before (local.get $name) (i32.const -1) (i32.const 0)))
    (if
      (i32.or
        (call $begins (local.get $name) (i32.const 64))
        (call $begins (local.get $name) (i32.const 80)))
      (then
        (call $fetched (local.get $name) (local.get $length))
        (local.set $length)
        (local.set $name)))
    (if (i32.eqz (local.get $length))
      (then
        (local.set $name (i32.const 16))
        (local.set $length (i32.const 5))))
    (call $joined (i32.const 0) (i32.const 7) (local.get $name) (local.get $length))
    call $to-upper
    (call $concat (i32.const 48) (i32.const 1))
    (local.set $length)
    (local.set $name)
    (local.set $result (call $allocate (i32.add (local.get $length) (i32.const 1))))
    (memory.copy (local.get $result) (local.get $name) (local.get $length))
    (i32.store8 (i32.add (local.get $result) (local.get $length)) (i32.const 0))
    (local.get $result)))
