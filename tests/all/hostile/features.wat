;;; a memory of 64 bits
;;; expect: unsupported memory64
(module (memory i64 1) (func (export "run")))

;;; a table of 64 bits
;;; expect: unsupported memory64
(module (table i64 1 funcref) (func (export "run")))

;;; a memory that threads share
;;; expect: unsupported threads
(module (memory 1 1 shared) (func (export "run")))

;;; atomic instructions
;;; expect: unsupported threads
(module
  (memory 1)
  (func (export "run") (result i32) (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))

;;; a wait without an end
;;; expect: unsupported threads
(module
  (memory 1)
  (func (export "run") (result i32)
    (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))

;;; a struct on the engine's heap
;;; expect: unsupported gc
(module
  (type $pair (struct (field i32) (field i32)))
  (func (export "run") (drop (struct.new_default $pair))))

;;; an array on the engine's heap
;;; expect: unsupported gc
(module
  (type $bytes (array (mut i8)))
  (func (export "run") (drop (array.new_default $bytes (i32.const 0x7fffffff)))))

;;; types that refer to each other
;;; expect: unsupported gc
(module
  (rec (type $a (func (param (ref null $b)))) (type $b (func (param (ref null $a)))))
  (func (export "run")))

;;; a number that is a reference
;;; expect: unsupported gc
(module (func (export "run") (drop (ref.i31 (i32.const 1)))))

;;; an exception that is caught
;;; expect: unsupported exception
(module
  (tag $oops)
  (func (export "run") (block $caught (try_table (catch $oops $caught) (throw $oops)))))

;;; an exception of the first proposal
;;; expect: unsupported exception
(module binary "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00" "\03\02\01\00" "\07\07\01\03run\00\00"
  ;; try, catch_all, end
  "\0a\08\01\06\00\06\40\19\0b\0b")

;;; a reference to an exception
;;; expect: unsupported exception-handling
(module (func (export "run") (param exnref)))

;;; a call through a reference with a type
;;; expect: unsupported function-references
(module
  (type $f (func))
  (func $self (export "run") (call_ref $f (ref.func $self))))

;;; a reference that is never null
;;; expect: unsupported function-references
(module (func (export "run") (local (ref null func)) (ref.as_non_null (local.get 0)) (drop)))

;;; works: two memories in a module, where that is allowed
;;; limits: module-memories=2
;;; expect: returns 7
(module
  (memory 1)
  (memory $second 1)
  (func (export "run") (result i32)
    (i32.store $second (i32.const 0) (i32.const 7))
    (i32.add (i32.load (i32.const 0)) (i32.load $second (i32.const 0)))))

;;; a continuation of another stack
;;; expect: unsupported stack-switching
(module
  (type $f (func))
  (type $c (cont $f))
  (func (export "run")))

;;; vector instructions whose result depends on the machine
;;; expect: unsupported relaxed-simd
(module
  (func (export "run") (result i32)
    (i32x4.extract_lane 0 (i32x4.relaxed_trunc_f32x4_s (v128.const i32x4 0 0 0 0)))))

;;; a memory whose pages have one byte
;;; expect: unsupported custom-page-sizes
(module (memory 1 (pagesize 1)) (func (export "run")))

;;; arithmetic on 128 bits
;;; expect: unsupported wide-arithmetic
(module
  (func (export "run") (result i64 i64)
    (i64.add128 (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4))))

;;; a reference to something of the host's
;;; expect: mismatch export `run`: its type has `externref`
(module (func (export "run") (param externref)))

;;; a table of references to something of the host's
;;; expect: mismatch `core module`: it has a type with `externref`
(module (table 1 externref) (func (export "run")))

;;; a reference to something of the host's, within a function
;;; expect: unsupported externref
(module (func (export "run") (drop (ref.null extern))))

;;; a function of a component that is async
;;; expect: unsupported component-model-async
(component (import "later" (func async (result u32))))

;;; a stream between components
;;; expect: unsupported component-model-async
(component (type (stream u8)))

;;; a value that comes later
;;; expect: unsupported component-model-async
(component (type (future string)))

;;; a task that is cancelled
;;; expect: unsupported component-model-async
(component (core func (canon task.cancel)))

;;; a thread of a component
;;; expect: unsupported component-model-
(component (core func (canon thread.yield)))

;;; a map between components
;;; expect: unsupported component-model-map
(component (type (map string u32)))

;;; a list of a fixed length
;;; expect: unsupported component-model-fixed-length-lists
(component (type (list u8 4)))

;;; a list of a fixed length that no memory holds
;;; expect: invalid exceeds limit
(component (type (list u8 4294967295)))

;;; a value that is imported
;;; expect: unsupported component-model-values
(component (import "answer" (value $answer u32)) (export "it" (value $answer)))

;;; a value that is imported and not used
;;; expect: invalid not used
(component (import "answer" (value u32)))

;;; a component that runs a function as it starts
;;; expect: unsupported component-model-values
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (start $f))

;;; works: several values of a block
;;; expect: returns 3
(module
  (func (export "run") (result i32)
    (block (result i32 i32) (i32.const 1) (i32.const 2))
    i32.add))

;;; works: memory that is filled and copied in bulk
;;; expect: returns 7
(module
  (memory 1)
  (func (export "run") (result i32)
    (memory.fill (i32.const 0) (i32.const 7) (i32.const 100))
    (memory.copy (i32.const 1000) (i32.const 50) (i32.const 10))
    (i32.load8_u (i32.const 1009))))

;;; works: vectors
;;; expect: returns 12
(module
  (func (export "run") (result i32)
    (i32x4.extract_lane 3
      (i32x4.mul (v128.const i32x4 1 2 3 4) (i32x4.splat (i32.const 3))))))

;;; works: a million calls in tail position
;;; expect: returns 0
(module
  (func $down (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (return_call $down (i32.sub (local.get $n) (i32.const 1))))
      (else (i32.const 0))))
  (func (export "run") (result i32) (call $down (i32.const 1000000))))

;;; works: arithmetic in a constant
;;; expect: returns 42
(module
  (global $answer i32 (i32.mul (i32.const 6) (i32.const 7)))
  (func (export "run") (result i32) (global.get $answer)))

;;; works: a sign that is extended
;;; expect: returns -128
(module (func (export "run") (result i32) (i32.extend8_s (i32.const 0x80))))

;;; works: a conversion that saturates
;;; expect: returns 2147483647
(module (func (export "run") (result i32) (i32.trunc_sat_f64_s (f64.const 1e300))))

;;; works: references to functions in a table
;;; expect: returns 5
(module
  (table $t 2 funcref)
  (elem declare func $five)
  (func $five (result i32) (i32.const 5))
  (func (export "run") (result i32)
    (table.set $t (i32.const 1) (ref.func $five))
    (call_indirect $t (result i32) (i32.const 1))))
