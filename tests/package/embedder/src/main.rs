//! A host with its own contract and with the shipped one.

use wit_host::{Runtime, Val};
use wit_host_contract::Functions;

const GUEST: &str = r#"(module
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (func (export "run") (result i32) (call $add (i32.const 1) (i32.const 2))))"#;

fn main() -> wit_host::Result<()> {
    let own = Runtime::builder().allow_text_format(true).module_imports(|env| env.func("add", |(): &mut (), a: i32, b: i32| a + b));
    let mut session = own.build()?.load(GUEST)?.session(()).start_blocking()?;
    assert_eq!(session.call("run", &[])?, [Val::S32(3)]);

    let shipped = wit_host_contract::builder().allow_text_format(true).build()?.load(GUEST)?;
    let mut session = shipped.session(Functions::default()).start_blocking()?;
    assert_eq!(session.call("run", &[])?, [Val::S32(3)]);
    println!("the packages build, and run a guest");
    Ok(())
}
