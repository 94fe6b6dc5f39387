;; The same without the name of the tool: its library is what is linked.
(component
  (core module
    (@producers (language "Rust" "") (processed-by "rustc" "1.75.0"))
    (global (export "libcomponentize_py_runtime.so:memory_base") i32 (i32.const 0))))
