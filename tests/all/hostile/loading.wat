;;; text that is no guest
;;; expect: not-a-guest text, but not the text form
print("run me")

;;; a comment without an end
;;; expect: not-a-guest text, but not the text form
(; (module (func (export "run")))

;;; text whose parentheses do not close
;;; expect: invalid this text form is not valid: expected `)`
(module (func (export "run"))

;;; text with one parenthesis too many
;;; expect: invalid extra tokens
(module (func (export "run"))))

;;; an instruction that does not exist
;;; expect: invalid unknown operator
(module (func (export "run") i32.launch))

;;; a type that does not exist
;;; expect: invalid unknown type
(module (func (export "run") (type 7)))

;;; a function without a name that is called by one
;;; expect: invalid unknown func
(module (func (export "run") call $nowhere))

;;; a function that ends with the wrong type on its stack
;;; expect: invalid type mismatch: expected i32, found i64
(module (func (export "run") (result i32) i64.const 1))

;;; a function that takes from an empty stack
;;; expect: invalid type mismatch
(module (func (export "run") drop))

;;; text whose types are nested too deeply for its reader
;;; expect: invalid item nesting too deep
(component (type
  (list (list (list (list (list (list (list (list (list (list (list (list (list (list (list
  (list (list (list (list (list (list (list (list (list (list (list (list (list (list (list
  (list (list (list (list (list (list (list (list (list (list (list (list (list (list (list
  (list (list (list (list (list (list (list (list (list (list (list (list (list (list (list
  (list (list (list (list (list (list (list (list (list (list (list (list (list (list (list
  (list (list (list (list (list (list (list (list (list (list (list (list (list (list (list
  (list (list (list (list (list (list (list (list (list (list (list (list (list (list (list
  u8))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
  )))))))))))))))))

;;; an empty module
;;; expect: no-function no entry point, which is `run`, `wasi:cli/run` of WASI 0.2, or a core module's `_start`; it exports no function
(module)

;;; an empty component
;;; expect: no-function no entry point, which is `run`, `wasi:cli/run` of WASI 0.2, or a core module's `_start`; it exports no function
(component)

;;; two modules in one file
;;; expect: invalid extra tokens
(module (func (export "run")))
(module (func (export "run")))

;;; a wrong magic number
;;; expect: not-a-guest a file of an unknown type
(module binary "\00asn" "\01\00\00\00\ff")

;;; a version from the future
;;; expect: not-a-guest unknown version
(module binary "\00asm" "\02\00\00\00")

;;; the version of a component in a layer that does not exist
;;; expect: not-a-guest unknown version
(component binary "\00asm" "\0d\00\02\00")

;;; a file that ends in its version
;;; expect: not-a-guest cut off after 6 bytes
(module binary "\00asm" "\01\00")

;;; a type section that ends within its only type
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\01\02\01\60")

;;; an import section that ends within a name
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\02\05\01\20env")

;;; a table section that promises an entry and has none
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\04\01\01")

;;; a memory without its limits
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\05\01\01")

;;; a global whose value does not end
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\06\05\01\7f\00\41\00")

;;; an element section that promises four thousand million segments
;;; expect: costly items
(module binary "\00asm" "\01\00\00\00"
  "\09\05\ff\ff\ff\ff\0f")

;;; a code section that promises four thousand million functions
;;; expect: invalid inconsistent lengths
(module binary "\00asm" "\01\00\00\00"
  "\03\02\01\00" "\0a\05\ff\ff\ff\ff\0f")

;;; a type with four thousand million parameters
;;; expect: invalid function params size is out of bounds
(module binary "\00asm" "\01\00\00\00"
  "\01\07\01\60\ff\ff\ff\ff\0f")

;;; a branch table with four thousand million targets
;;; expect: invalid br_table size is out of bounds
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\0c\01\0a\00\41\00\0e\ff\ff\ff\ff\0f\0b")

;;; a data section that ends within its bytes
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\05\03\01\00\01"
  "\0b\07\01\00\41\00\0b\09x")

;;; a section that is longer than the file
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\01\7f\01\60\00\00")

;;; a section that is longer than any file
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\01\ff\ff\ff\ff\0f\01\60\00\00")

;;; a section that holds more than its entries
;;; expect: invalid section size mismatch
(module binary "\00asm" "\01\00\00\00"
  "\01\05\01\60\00\00\00")

;;; a section of a kind that does not exist
;;; expect: invalid malformed section id: 99
(module binary "\00asm" "\01\00\00\00"
  "\63\01\00")

;;; sections in the wrong order
;;; expect: invalid section out of order
(module binary "\00asm" "\01\00\00\00"
  "\03\01\00" "\01\01\00")

;;; the same section twice
;;; expect: invalid section out of order
(module binary "\00asm" "\01\00\00\00"
  "\01\01\00" "\01\01\00")

;;; a number that is written in six bytes
;;; expect: invalid integer representation too long
(module binary "\00asm" "\01\00\00\00"
  "\01\80\80\80\80\80\00\00")

;;; a number that is too large for its five bytes
;;; expect: invalid integer too large
(module binary "\00asm" "\01\00\00\00"
  "\01\ff\ff\ff\ff\7f\00")

;;; a count of data segments that is not true
;;; expect: invalid data count
(module binary "\00asm" "\01\00\00\00"
  "\05\03\01\00\01" "\0c\01\02"
  "\0b\07\01\00\41\00\0b\01x")

;;; a start function that does not exist
;;; expect: invalid unknown function 7
(module binary "\00asm" "\01\00\00\00"
  "\08\01\07")

;;; a start function that wants a parameter
;;; expect: invalid start function
(module (func $set_up (param i32)) (start $set_up) (func (export "run")))

;;; an export of a function that does not exist
;;; expect: invalid unknown function 9
(module binary "\00asm" "\01\00\00\00"
  "\07\07\01\03run\00\09")

;;; an import's name that is not UTF-8
;;; expect: invalid malformed UTF-8
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00"
  "\02\09\01\03\ff\fe\fd\01a\00\00")

;;; an export's name that is half a character
;;; expect: invalid malformed UTF-8
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00"
  "\07\06\01\02r\c3\00\00"
  "\0a\04\01\02\00\0b")

;;; a body that is shorter than it says
;;; expect: invalid unexpected end
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\04\01\7f\00\0b")

;;; a body that goes on after its end
;;; expect: invalid operators remaining after end of function
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\06\01\04\00\0b\01\0b")

;;; a body without an end
;;; expect: invalid control frames remain at end of function
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\04\01\02\00\01")

;;; a function that has a type and no body
;;; expect: invalid code section is absent
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00")

;;; a component that ends within the type of a function
;;; expect: invalid unexpected end
(component binary "\00asm" "\0d\00\01\00"
  "\07\02\01\40")

;;; a component that ends within a module of its own
;;; expect: invalid section too large
(component binary "\00asm" "\0d\00\01\00"
  "\01\0a\00asm\01\00\00\00\01\04")

;;; a component in which a component is where a module should be
;;; expect: invalid expected a version header for a module
(component binary "\00asm" "\0d\00\01\00"
  "\01\08\00asm\0d\00\01\00")

;;; a module in which a component is hidden
;;; expect: invalid section size mismatch
(module binary "\00asm" "\01\00\00\00"
  "\04\08\00asm\0d\00\01\00")

;;; a component that instantiates a component which does not exist
;;; expect: invalid unknown component 5
(component binary "\00asm" "\0d\00\01\00"
  "\05\04\01\00\05\00")

;;; a component that instantiates itself, from the inside
;;; expect: invalid unknown component 0
(component binary "\00asm" "\0d\00\01\00"
  "\04\13" "\00asm" "\0d\00\01\00"
  "\06\05\01\04\02\01\00" "\05\02\01\00")

;;; a component that exports what it does not have
;;; expect: invalid unknown function 4
(component binary "\00asm" "\0d\00\01\00"
  "\0b\09\01\00\03run\01\04\00")

;;; a component that lifts a function which does not exist
;;; expect: invalid unknown core function 3
(component binary "\00asm" "\0d\00\01\00"
  "\07\05\01\40\00\00\7a"
  "\08\06\01\00\00\03\00\00")

;;; a file that is over the limit
;;; limits: file-size=24
;;; expect: costly file_size
(module (func (export "run")))

;;; a body that is over the limit
;;; limits: body=8
;;; expect: costly body
(module (func (export "run") (result i32) (i32.add (i32.const 1) (i32.add (i32.const 2)
  (i32.const 3)))))

;;; six thousand local variables in seven bytes
;;; expect: costly locals
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\07\01\05\01\f0\2e\7f\0b")

;;; local variables whose number overflows
;;; expect: costly locals
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00"
  "\0a\10\01\0e\02\ff\ff\ff\ff\0f\7f\ff\ff\ff\ff\0f\7f\0b")

;;; more functions than the limit
;;; limits: functions=2
;;; expect: costly functions
(module (func (export "run")) (func) (func))

;;; functions over the limit in modules that are each within it
;;; limits: functions=3
;;; expect: costly functions
(component (core module (func) (func)) (core module (func) (func)))

;;; a hundred and twenty-nine parameters
;;; expect: costly signature
(module (func (export "run") (param
  i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
  i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
  i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
  i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
  i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32
  i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))

;;; parameters and results that are over the limit together
;;; limits: signature=3
;;; expect: costly signature
(module (type (func (param i32 i32) (result i32 i32))) (func (export "run")))

;;; more exports than the limit
;;; limits: items=4
;;; expect: costly items
(module (func (export "run") (export "a") (export "b") (export "c") (export "d")))

;;; more modules than the limit
;;; limits: definitions=3
;;; expect: costly definitions
(component (core module) (core module) (core module))

;;; seventeen components, each within another
;;; expect: costly nesting
(component(component(component(component(component(component(component(component(component
  (component(component(component(component(component(component(component(component
  )))))))))))))))))

;;; compiled code that is over the limit
;;; limits: compiled-size=1KiB
;;; expect: costly compiled_size
(module (func (export "run")))
