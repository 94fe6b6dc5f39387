;;; a terminal's escape in the name of an import
;;; expect: mismatch `env.\u{1b}[31mred\u{1b}[0m`
(module (import "env" "\1b[31mred\1b[0m" (func)) (func (export "run")))

;;; a terminal's escape in the name of an imported module
;;; expect: mismatch the host serves no module `\u{1b}]0;owned\u{7}`
(module (import "\1b]0;owned\07" "f" (func)) (func (export "run")))

;;; an escape of one byte, which some terminals take
;;; expect: mismatch \u{9b}31m
(module (import "env" "\c2\9b31m" (func)) (func (export "run")))

;;; a carriage return, to write over the line
;;; expect: mismatch `env.launch\rgranted`
(module (import "env" "launch\0dgranted" (func)) (func (export "run")))

;;; steps back, to delete what stands there
;;; expect: mismatch `env.add\u{8}\u{8}\u{8}sub`
(module (import "env" "add\08\08\08sub" (func)) (func (export "run")))

;;; a right-to-left mark in the name of an import
;;; expect: mismatch `env.\u{202e}dda`
(module (import "env" "\e2\80\aedda" (func)) (func (export "run")))

;;; a mark that isolates a direction
;;; expect: mismatch `env.\u{2066}add\u{2069}`
(module (import "env" "\e2\81\a6add\e2\81\a9" (func)) (func (export "run")))

;;; a NUL after the name of a function that exists
;;; expect: mismatch `env.add\0`
(module (import "env" "add\00" (func (param i32 i32) (result i32))) (func (export "run")))

;;; a NUL after the name of WASI
;;; expect: mismatch the host serves no module `wasi_snapshot_preview1\0`
(module
  (import "wasi_snapshot_preview1\00" "proc_exit" (func (param i32)))
  (func (export "run")))

;;; a letter that looks like that of a function that exists
;;; expect: mismatch the host has no such function
(module (import "env" "\d0\b0dd" (func (param i32 i32) (result i32))) (func (export "run")))

;;; an escape for the format of an error
;;; expect: mismatch `env.{0}{}%s%n`
(module (import "env" "{0}{}%s%n" (func)) (func (export "run")))

;;; an import without a name
;;; expect: mismatch `env.`: the host has no such function
(module (import "env" "" (func)) (func (export "run")))

;;; an escape in the name of an export
;;; expect: no-function it exports `\u{1b}[2J`
(module (func (export "\1b[2J")))

;;; a right-to-left mark in the name of an export
;;; expect: no-function it exports `\u{202e}nur`
(module (func (export "\e2\80\aenur")))

;;; `run` with a NUL behind it
;;; expect: no-function a core module's `_start`; it exports `run\0`
(module (func (export "run\00")))

;;; `run` with a space behind it
;;; expect: no-function a core module's `_start`; it exports `run `
(module (func (export "run ")))

;;; an export without a name
;;; expect: returns
(module (func (export "")))

;;; an export that has the name of a file
;;; call: ../../secret
;;; expect: returns 5
(module (func (export "../../secret") (result i32) (i32.const 5)))

;;; an export whose name has dots and slashes, as one within an interface has
;;; call: a:b/c@0.1.0.d
;;; expect: returns 5
(module (func (export "a:b/c@0.1.0.d") (result i32) (i32.const 5)))

;;; a module that poses as a command of components
;;; expect: no-function
(module (func (export "wasi:cli/run@0.2.0.run")))

;;; an escape in the name of a function that traps
;;; expect: trapped \u{1b}[31mred
(module (func $"\1b[31mred" (export "run") unreachable))

;;; a right-to-left mark in the name of a function that traps
;;; expect: trapped at \u{202e}evil
(module (func (@name "\e2\80\aeevil") (export "run") unreachable))

;;; a NUL in the name of a function that traps
;;; expect: trapped at a\0b
(module (func (@name "a\00b") (export "run") unreachable))

;;; a mangled name that refers back to itself and becomes a hundred thousand letters
;;; expect: trapped at a::b::<((((((((((
(module (func
  (@name "_RINvC1a1bTTTTTTTTTTTTTTTuBm_EBl_EBk_EBj_EBi_EBh_EBg_EBf_EBe_EBd_EBc_EBb_EBa_EB9_EB8_EE")
  (export "run") unreachable))

;;; a mangled name of which every part opens another, and none closes
;;; expect: trapped
(module (func
  (@name "_RINvC1a1bTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT")
  (export "run") unreachable))

;;; a mangled name that refers to where it refers from
;;; expect: trapped
(module (func (@name "_RINvC1a1bB8_B8_E") (export "run") unreachable))

;;; names that are not UTF-8 in a section that is not checked
;;; expect: trapped at function 0
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00" "\07\07\01\03run\00\00"
  "\0a\05\01\03\00\00\0b"
  "\00\0c\04name" "\01\05\01\00\02\ff\fe")

;;; a section of names that ends in the middle of one
;;; expect: trapped at function 0
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00" "\07\07\01\03run\00\00"
  "\0a\05\01\03\00\00\0b"
  "\00\0b\04name" "\01\04\01\00\7fa")

;;; names of functions that do not exist, out of order and twice
;;; expect: trapped at c
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00" "\07\07\01\03run\00\00"
  "\0a\05\01\03\00\00\0b"
  "\00\15\04name" "\01\0e\03\ff\ff\ff\ff\0f\01a\00\01b\00\01c")

;;; debug info that is none
;;; expect: trapped at function 0
(module
  (@custom ".debug_info" "\ff\ff\ff\ff\ff\ff\ff\ff")
  (@custom ".debug_abbrev" "\ff\ff\ff\ff")
  (@custom ".debug_line" "\10\00\00\00\ff\ff")
  (func (export "run") unreachable))

;;; a custom section without a name, and one with an escape for a name
;;; expect: returns
(module (@custom "" "") (@custom "\1b[31m" "\00\00") (func (export "run")))

;;; a custom section whose name is longer than itself
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\00\03\7fab")

;;; a custom section whose name is not UTF-8
;;; expect: invalid malformed UTF-8
(module binary "\00asm" "\01\00\00\00"
  "\00\03\02\ff\fe")

;;; a component's export whose name has an escape
;;; expect: invalid not in kebab case
(component (type $t u32) (export "\1b[31m" (type $t)))

;;; a component's import whose name has a newline
;;; expect: invalid not in kebab case
(component (import "a\0ab" (func)))

;;; a component's import with two versions in its name
;;; expect: invalid invalid interface version
(component (import "a:b/c@1.0.0@2.0.0" (instance)))

;;; a component's import from an address
;;; expect: mismatch url=<https://example.com/evil>
(component (import "url=<https://example.com/evil>" (func)))

;;; a component's import that depends on whatever is there
;;; expect: mismatch unlocked-dep=<a:b>
(component (import "unlocked-dep=<a:b>" (func)))
;;; a name that adds a line to what the host says
;;; expect: mismatch `env.add\nwit-host: all is well\n`
(module (import "env" "add\0awit-host: all is well\0a" (func)))
;;; a name that adds a frame to the backtrace
;;; expect: trapped x\n    at safe::main
(module (func (@name "x\0a    at safe::main") (export "run") unreachable))
;;; a name with a letter that is not seen
;;; expect: mismatch `env.a\u{200b}dd`
(module (import "env" "a\e2\80\8bdd" (func)))
