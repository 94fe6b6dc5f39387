;;; an import that the host does not have
;;; expect: mismatch `env.launch`: the host has no such function
(module (import "env" "launch" (func (param i32) (result i32))) (func (export "run")))

;;; two imports that the host does not have, of which the second is named too
;;; expect: mismatch `env.second`
(module
  (import "env" "first" (func))
  (import "env" "second" (func))
  (func (export "run")))

;;; an import with parameters of the wrong type
;;; expect: mismatch the guest has: (i64, i64) -> i32
(module (import "env" "add" (func (param i64 i64) (result i32))) (func (export "run")))

;;; an import with a parameter too many
;;; expect: mismatch the guest has: (i32, i32, i32) -> i32
(module (import "env" "add" (func (param i32 i32 i32) (result i32))) (func (export "run")))

;;; an import with a result too many
;;; expect: mismatch the guest has: (i32, i32) -> (i32, i32)
(module (import "env" "add" (func (param i32 i32) (result i32 i32))) (func (export "run")))

;;; an import with no result, where there is one
;;; expect: mismatch the guest has: (i32, i32)
(module (import "env" "add" (func (param i32 i32))) (func (export "run")))

;;; a global that has the name of a function
;;; expect: mismatch `env.add`: the guest imports a global, and it is a host function
(module (import "env" "add" (global i32)) (func (export "run")))

;;; the host's memory
;;; expect: mismatch `env.memory`: the host provides functions
(module (import "env" "memory" (memory 1)) (func (export "run")))

;;; the host's table of functions
;;; expect: mismatch `env.__indirect_function_table`: the host provides functions
(module (import "env" "__indirect_function_table" (table 1 funcref)) (func (export "run")))

;;; a module that the host does not serve
;;; expect: mismatch `host.add`: the host serves no module `host`
(module (import "host" "add" (func (param i32 i32) (result i32))) (func (export "run")))

;;; a module without a name
;;; expect: mismatch the host serves no module ``
(module (import "" "" (func)) (func (export "run")))

;;; a draft of WASI from before its first preview
;;; expect: mismatch `wasi_unstable.proc_exit`: this is a draft of WASI
(module (import "wasi_unstable" "proc_exit" (func (param i32))) (func (export "run")))

;;; a WASI function that does not exist
;;; expect: mismatch proc_spawn
(module
  (import "wasi_snapshot_preview1" "proc_spawn" (func (param i32) (result i32)))
  (func (export "run")))

;;; a WASI function of the wrong type
;;; expect: mismatch proc_exit
(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i64))) (func (export "run")))

;;; a memory of WASI's
;;; expect: mismatch memory
(module (import "wasi_snapshot_preview1" "memory" (memory 1)) (func (export "run")))

;;; an import that is missing beside one that is there
;;; expect: mismatch `env.launch`
(module
  (import "env" "add" (func (param i32 i32) (result i32)))
  (import "env" "launch" (func))
  (func (export "run") unreachable))

;;; an import under the same name with two types, one of them wrong
;;; expect: mismatch the guest has: (f64, f64) -> f64
(module
  (import "env" "add" (func (param i32 i32) (result i32)))
  (import "env" "add" (func (param f64 f64) (result f64)))
  (func (export "run")))

;;; an import that is handed on as an export
;;; call: sum
;;; expect: wrong-type it takes (i32, i32), and was given ()
(module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (export "sum" (func $add)))

;;; a guest that exits before its main function is called
;;; expect: exits 3
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func $early (call $exit (i32.const 3)))
  (start $early)
  (func (export "run") unreachable))

;;; a socket that is shut down without ever having been opened
;;; expect: returns 8
(module
  (import "wasi_snapshot_preview1" "sock_shutdown" (func $shutdown (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (call $shutdown (i32.const 77) (i32.const 3))))

;;; a socket that takes connections, where there is none
;;; expect: returns 8
(module
  (import "wasi_snapshot_preview1" "sock_accept"
    (func $accept (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (call $accept (i32.const 3) (i32.const 0) (i32.const 8))))

;;; an interface that the host does not have
;;; expect: mismatch `wit-host:contract/files@0.1.0`
(component (import "wit-host:contract/files@0.1.0" (instance (export "open" (func)))))

;;; an interface of a package that the host does not have
;;; expect: mismatch acme:rockets/launch
(component (import "acme:rockets/launch" (instance (export "now" (func)))))

;;; an interface of the host's without its version
;;; expect: mismatch `wit-host:contract/math`
(component
  (import "wit-host:contract/math" (instance
    (export "add" (func (param "a" s32) (param "b" s32) (result s32))))))

;;; a function that an interface does not have
;;; expect: mismatch `wit-host:contract/math@0.1.0.multiply`
(component
  (import "wit-host:contract/math@0.1.0" (instance
    (export "multiply" (func (param "a" s32) (param "b" s32) (result s32))))))

;;; a function with a parameter of the wrong type
;;; expect: mismatch the parameter `a` is `s64` in the guest
(component
  (import "wit-host:contract/math@0.1.0" (instance
    (export "add" (func (param "a" s64) (param "b" s32) (result s32))))))

;;; a function with a parameter too many
;;; expect: mismatch the contract has no parameter `c: s32`
(component
  (import "wit-host:contract/math@0.1.0" (instance
    (export "add" (func (param "a" s32) (param "b" s32) (param "c" s32) (result s32))))))

;;; a function with the wrong result
;;; expect: mismatch the result is `string` in the guest
(component
  (import "wit-host:contract/math@0.1.0" (instance
    (export "add" (func (param "a" s32) (param "b" s32) (result string))))))

;;; a function without its result
;;; expect: mismatch the result is nothing in the guest
(component
  (import "wit-host:contract/math@0.1.0" (instance
    (export "add" (func (param "a" s32) (param "b" s32))))))

;;; a type where the host has a function
;;; expect: mismatch the contract's interface has no such resource
(component
  (import "wit-host:contract/math@0.1.0" (instance (export "add" (type (sub resource))))))

;;; a contract of the next version that may break
;;; expect: mismatch `wit-host:contract/math@0.2.0`
(component
  (import "wit-host:contract/math@0.2.0" (instance
    (export "add" (func (param "a" s32) (param "b" s32) (result s32))))))

;;; a contract of version one
;;; expect: mismatch `wit-host:contract/math@1.0.0`
(component
  (import "wit-host:contract/math@1.0.0" (instance
    (export "add" (func (param "a" s32) (param "b" s32) (result s32))))))

;;; a contract of a version that was never released
;;; expect: mismatch `wit-host:contract/math@0.1.0-rc.1`
(component
  (import "wit-host:contract/math@0.1.0-rc.1" (instance
    (export "add" (func (param "a" s32) (param "b" s32) (result s32))))))

;;; a newer version of the contract, of which the guest uses what there was
;;; expect: returns 5
(component
  (import "wit-host:contract/math@0.1.9" (instance $math
    (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
  (core func $add (canon lower (func $math "add")))
  (core module $m
    (import "math" "add" (func $add (param i32 i32) (result i32)))
    (func (export "run") (result i32) (call $add (i32.const 2) (i32.const 3))))
  (core instance $i (instantiate $m
    (with "math" (instance (export "add" (func $add))))))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))

;;; a resource that the host does not have
;;; expect: mismatch the contract's interface has no such resource
(component
  (import "wit-host:contract/math@0.1.0" (instance (export "vault" (type (sub resource))))))

;;; a WASI resource that the host does not have
;;; expect: mismatch the host does not serve this part of WASI
(component
  (import "wasi:io/streams@0.2.0" (instance (export "printer" (type (sub resource))))))

;;; a resource of WASI's where the host has another one
;;; expect: mismatch drop-all`
(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $e))
  (import "wasi:io/poll@0.2.0" (instance (export "drop-all" (func (param "self" (own $e)))))))

;;; a function that is imported without an interface
;;; expect: mismatch `launch`
(component (import "launch" (func (result s32))))

;;; a resource that is imported without an interface
;;; expect: mismatch `vault`
(component (import "vault" (type (sub resource))))

;;; a module that the host should give
;;; expect: mismatch `libc`
(component (import "libc" (core module (export "malloc" (func (param i32) (result i32))))))

;;; a component that the host should give
;;; expect: mismatch handed over as a value
(component (import "helper" (component)))

;;; WASI of the next preview
;;; expect: mismatch wasi:cli/environment@0.3.0
(component
  (import "wasi:cli/environment@0.3.0" (instance
    (export "get-initial-cwd" (func (result (option string)))))))

;;; WASI of a draft of the next preview
;;; expect: mismatch wasi:random/random@0.3.0-rc-2025-09-16
(component
  (import "wasi:random/random@0.3.0-rc-2025-09-16" (instance
    (export "get-random-u64" (func (result u64))))))

;;; WASI of a draft that came before the second preview
;;; expect: mismatch wasi:random/random@0.2.0-rc-2023-11-10
(component
  (import "wasi:random/random@0.2.0-rc-2023-11-10" (instance
    (export "get-random-u64" (func (result u64))))))

;;; a part of WASI that the host does not have
;;; expect: mismatch wasi:keyvalue/store@0.2.0
(component
  (import "wasi:keyvalue/store@0.2.0" (instance (export "wipe" (func)))))

;;; an import whose interface is empty
;;; expect: returns 1
(component
  (import "wit-host:contract/math@0.1.0" (instance))
  (core module $m (func (export "run") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))

;;; sockets that are imported and never used
;;; expect: returns 1
(component
  (import "wasi:sockets/network@0.2.0" (instance $network
    (export "network" (type (sub resource)))))
  (alias export $network "network" (type $net))
  (import "wasi:sockets/instance-network@0.2.0" (instance
    (export "network" (type (eq $net)))
    (export "instance-network" (func (result (own $net))))))
  (core module $m (func (export "run") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))

;;; a name that is looked up without leave, which fails for good
;;; expect: returns 20
(component
  (import "wasi:sockets/network@0.2.0" (instance $network
    (export "network" (type (sub resource)))
    (type $code (enum "unknown" "access-denied" "not-supported" "invalid-argument"
      "out-of-memory" "timeout" "concurrency-conflict" "not-in-progress" "would-block"
      "invalid-state" "new-socket-limit" "address-not-bindable" "address-in-use"
      "remote-unreachable" "connection-refused" "connection-reset" "connection-aborted"
      "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
      "permanent-resolver-failure"))
    (export "error-code" (type (eq $code)))))
  (alias export $network "network" (type $net))
  (alias export $network "error-code" (type $code))
  (import "wasi:sockets/instance-network@0.2.0" (instance $all
    (export "instance-network" (func (result (own $net))))))
  (import "wasi:sockets/ip-name-lookup@0.2.0" (instance $lookup
    (export "resolve-address-stream" (type $stream (sub resource)))
    (export "resolve-addresses" (func (param "network" (borrow $net)) (param "name" string)
      (result (result (own $stream) (error $code)))))))
  (core module $memory (memory (export "memory") 1) (data (i32.const 64) "example.com"))
  (core instance $memory (instantiate $memory))
  (core func $network (canon lower (func $all "instance-network")))
  (core func $resolve (canon lower (func $lookup "resolve-addresses")
    (memory (core memory $memory "memory"))))
  (core module $m
    (import "host" "memory" (memory 1))
    (import "host" "network" (func $network (result i32)))
    (import "host" "resolve" (func $resolve (param i32 i32 i32 i32)))
    (func (export "run") (result i32)
      (call $resolve (call $network) (i32.const 64) (i32.const 11) (i32.const 0))
      (i32.load8_u (i32.const 4))))
  (core instance $i (instantiate $m (with "host" (instance
    (export "memory" (memory $memory "memory"))
    (export "network" (func $network))
    (export "resolve" (func $resolve))))))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))
