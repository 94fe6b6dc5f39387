//! The parts that toolchains add to a guest's own code: the place of its data, its exports, and its
//! set-up.

/// The shape of a module as a toolchain makes it.
pub(super) struct Shape {
    pub(super) name: &'static str,
    /// The address of the guest's data.
    data: u32,
    /// The other parts of the module. They set `$ready` to 1 before `run` is called.
    rest: &'static str,
}

pub(super) const SHAPES: [Shape; 4] = [
    Shape {
        name: "Rust",
        data: 1_048_576,
        rest: r#"(memory (export "memory") 17)
            (global $stack (mut i32) (i32.const 1048576))
            (global $ready (mut i32) (i32.const 1))
            (global (export "__data_end") i32 (i32.const 1048640))
            (global (export "__heap_base") i32 (i32.const 1048640))"#,
    },
    Shape {
        name: "C",
        data: 1024,
        rest: r#"(memory (export "memory") 2)
            (global $ready (mut i32) (i32.const 0))
            (func (export "_initialize") (global.set $ready (i32.const 1)))
            (func (export "malloc") (param i32) (result i32) (i32.const 4096))
            (func (export "free") (param i32))"#,
    },
    Shape {
        name: "TinyGo",
        data: 65_536,
        rest: r#"(memory (export "memory") 2)
            (global $ready (mut i32) (i32.const 0))
            (func (export "_start") (global.set $ready (i32.const 1)))
            (func (export "malloc") (param i32) (result i32) (i32.const 4096))
            (func (export "free") (param i32))"#,
    },
    Shape {
        name: "AssemblyScript",
        data: 1056,
        rest: r#"(memory (export "memory") 1)
            (global $ready (mut i32) (i32.const 0))
            (func $start (global.set $ready (i32.const 1)))
            (start $start)
            (func (export "__new") (param i32 i32) (result i32) (i32.const 4096))
            (func (export "__pin") (param i32) (result i32) (local.get 0))"#,
    },
];

impl Shape {
    /// Returns a guest of this shape. In `run`, `@0`, `@16` and so on stand for addresses in its
    /// data. The guest returns the value of `run`, or 0 if it was not set up before.
    pub(super) fn guest(&self, import: &str, data: &str, run: &str) -> String {
        let Self { name, data: at, rest } = self;
        let mut run = run.to_owned();
        for offset in [96, 80, 64, 48, 32, 16, 0] {
            run = run.replace(&format!("@{offset}"), &(at + offset).to_string());
        }
        format!(
            r#"(module $"{name}" {import} {rest}
                (data (i32.const {at}) "{data}")
                (func (export "run") (result i32) (i32.mul (global.get $ready) {run})))"#
        )
    }
}
