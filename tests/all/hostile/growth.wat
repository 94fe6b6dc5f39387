;;; a memory that begins with all that 32 bits can address
;;; expect: limit memory
(module
  (memory 65536)
  (func (export "run")))

;;; memory that grows until it may not, which the guest takes for its end
;;; expect: limit memory
(module
  (memory 1)
  (func (export "run")
    (loop $again
      (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (unreachable)))

;;; memory that grows until it may not, which the guest copes with
;;; expect: returns 256
(module
  (memory 0)
  (func (export "run") (result i32)
    (loop $again
      (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (memory.size)))

;;; memory that grows by more pages than there can be
;;; expect: returns -1
(module
  (memory 1)
  (func (export "run") (result i32) (memory.grow (i32.const -1))))

;;; memory that grows up to a maximum of its own, which is no limit
;;; expect: trapped it reached an `unreachable` instruction
(module
  (memory 1 4)
  (func (export "run")
    (loop $again
      (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (unreachable)))

;;; memory that grows without an end, and is grown again where that fails
;;; limits: wall-clock=50ms
;;; expect: limit wall_clock
(module
  (memory 1)
  (func (export "run")
    (loop $again
      (drop (memory.grow (i32.const 1)))
      (br $again))))

;;; every byte of as much memory as there may be
;;; expect: returns 16843009
(module
  (memory 256)
  (func (export "run") (result i32)
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 16777216))
    (i32.load (i32.const 16777212))))

;;; the first byte after memory that was grown
;;; expect: trapped out of bounds memory access
(module
  (memory 1)
  (func (export "run") (result i32)
    (drop (memory.grow (i32.const 1)))
    (i32.load8_u (i32.const 131072))))

;;; an address and an offset that are 8 GiB together
;;; expect: trapped out of bounds memory access
(module
  (memory 1)
  (func (export "run") (result i32)
    (i32.load offset=4294967295 (i32.const -1))))

;;; a passive segment used after it was dropped
;;; expect: trapped out of bounds memory access
(module
  (memory 1)
  (data $data "abcd")
  (func (export "run")
    (data.drop $data)
    (memory.init $data (i32.const 0) (i32.const 0) (i32.const 4))))

;;; initial data behind the end of a memory, which is no reason to grow it
;;; expect: trapped out of bounds memory access
(module
  (memory 1 256)
  (data (i32.const 131072) "a")
  (func (export "run")))

;;; several memories, each within the limit and over it together
;;; limits: module-memories=16 memory=1MiB
;;; expect: limit memory
(module
  (memory 8)
  (memory 8)
  (memory 1)
  (func (export "run")))

;;; a table that begins with four thousand million elements
;;; expect: limit table_elements
(module
  (table 4294967295 funcref)
  (func (export "run")))

;;; a table that grows until it may not, which the guest takes for its end
;;; limits: table-elements=1000
;;; expect: limit table_elements
(module
  (table $table 0 funcref)
  (func (export "run")
    (loop $again
      (br_if $again
        (i32.ne (table.grow $table (ref.null func) (i32.const 100)) (i32.const -1))))
    (unreachable)))

;;; a table that grows until it may not, which the guest copes with
;;; limits: table-elements=1000
;;; expect: returns 1000
(module
  (table $table 0 funcref)
  (func (export "run") (result i32)
    (loop $again
      (br_if $again
        (i32.ne (table.grow $table (ref.null func) (i32.const 100)) (i32.const -1))))
    (table.size $table)))

;;; two tables, each within the limit and over it together
;;; limits: table-elements=1000
;;; expect: limit table_elements
(module
  (table 600 funcref)
  (table 600 funcref)
  (func (export "run")))

;;; a table whose elements take more bytes than there is memory
;;; limits: memory=64KiB
;;; expect: limit memory
(module
  (table 100000 funcref)
  (func (export "run")))

;;; a table that grows up to a maximum of its own, which is no limit
;;; expect: trapped it reached an `unreachable` instruction
(module
  (table $table 0 10 funcref)
  (func (export "run")
    (br_if 0 (i32.ne (table.grow $table (ref.null func) (i32.const 11)) (i32.const -1)))
    (unreachable)))
;;; two memories in a core module
;;; expect: limit module_memories
(module (memory 1) (memory 1) (func (export "run")))
;;; five tables in a core module
;;; expect: limit module_tables
(module
  (table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref)
  (func (export "run")))
;;; memory that was refused does not hide another trap
;;; expect: trapped integer divide by zero
(module (memory 1)
  (func (export "run") (result i32)
    (i32.div_u (memory.grow (i32.const 65535)) (i32.const 0))))
