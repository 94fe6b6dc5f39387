//! The smallest host: one function, one guest, one call.
//!
//! `cargo run --example smallest`

use wit_host::{Limits, Runtime, Val};

fn main() -> wit_host::Result<()> {
    // One runtime for the whole program. It has an engine, what it offers to guests, and
    // what each session of a guest may spend.
    let runtime = Runtime::builder()
        .allow_text_format(true)
        .module_imports(|env| env.func("add", |(): &mut (), a: i32, b: i32| a.wrapping_add(b)))
        .limits(Limits::default().memory(16 << 20))
        .build()?;

    // A guest is usually a file: `runtime.load_file("guest.wasm")`.
    let guest = runtime.load(
        r#"(module
            (import "env" "add" (func $add (param i32 i32) (result i32)))
            (func (export "run") (result i32) (call $add (i32.const 1) (i32.const 2))))"#,
    )?;

    // A session is one run of the guest, with host data of its own: here, none.
    let mut session = guest.session(()).start_blocking()?;
    let results = session.call("run", &[])?;
    println!("{results:?}");
    assert_eq!(results, [Val::S32(3)]);
    Ok(())
}

#[test]
fn runs() {
    main().expect("it ends well");
}
