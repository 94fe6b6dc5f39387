;; What tools for Python write, whose runtime is in C and Rust.
(component
  (@producers (processed-by "componentize-py" "0.24.0"))
  (core module
    (@producers (language "C11" "") (language "Rust" "") (processed-by "clang" "19.1.5"))))
