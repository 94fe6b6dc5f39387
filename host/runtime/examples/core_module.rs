//! Core modules that import from `env`: text and bytes in and out, an error that ends the
//! guest, and one that is the host's own.
//!
//! `cargo run --example core_module`

use wit_host::env::TrapMessage;
use wit_host::{Error, HostFailure, Runtime, RuntimeBuilder, Val};

/// The host data of one session.
struct Shelf {
    articles: Vec<(String, u32)>,
    is_open: bool,
}

/// The guest asked for an unknown item. That is its own fault, so it traps.
struct Unknown(String);

impl TrapMessage for Unknown {
    fn trap_message(&self) -> String {
        format!("there is no article `{}`", self.0)
    }
}

impl Shelf {
    // A `&str` is borrowed from the guest's memory. The guest passes a pointer and a length:
    // `price: (i32, i32) -> i32`.
    fn price(&mut self, name: &str) -> Result<u32, Unknown> {
        let found = self.articles.iter().find(|(article, _)| article == name);
        found.map(|(_, cents)| *cents).ok_or_else(|| Unknown(name.into()))
    }

    // A `String` is returned in two steps: `describe: (i32) -> i32` returns the length of the
    // text, and the guest then asks for the text to be written to its memory. A `HostFailure`
    // says that the guest is not to blame.
    fn describe(&mut self, index: u32) -> Result<String, HostFailure> {
        if !self.is_open {
            return Err(HostFailure("the shop is closed".into()));
        }
        let article = usize::try_from(index).ok().and_then(|index| self.articles.get(index));
        Ok(article.map_or_else(String::new, |(name, cents)| format!("{name} at {cents}")))
    }
}

const GUEST: &str = r#"(module
    (import "env" "price" (func $price (param i32 i32) (result i32)))
    (import "env" "describe" (func $describe (param i32) (result i32)))
    (import "env" "fetch_result" (func $fetch_result (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "teacoffee")
    (func (export "tea") (result i32) (call $price (i32.const 0) (i32.const 3)))
    (func (export "coffee") (result i32) (call $price (i32.const 3) (i32.const 6)))
    (func (export "length-of-first") (result i32)
        (local $length i32)
        (local.set $length (call $describe (i32.const 0)))
        (call $fetch_result (i32.const 1024))
        (local.get $length)))"#;

fn builder() -> RuntimeBuilder<Shelf> {
    Runtime::builder().allow_text_format(true).module_imports(|env| {
        env.func("price", Shelf::price)?;
        env.func("describe", Shelf::describe)?;
        env.define_result_writer("fetch_result")
    })
}

fn main() -> wit_host::Result<()> {
    let guest = builder().build()?.load(GUEST)?;
    let shelf = || Shelf { articles: vec![("tea".into(), 250)], is_open: true };

    let mut session = guest.session(shelf()).start_blocking()?;
    assert_eq!(session.call("tea", &[])?, [Val::S32(250)]);
    assert_eq!(session.call("length-of-first", &[])?, [Val::S32(10)]);

    // An `Err` of a host function ends the session, and says whose failure it is.
    let error = session.call("coffee", &[]).expect_err("there is no coffee");
    println!("{error}");
    assert!(matches!(error, Error::Trapped(_)));
    assert!(session.has_ended());

    let mut session = guest.session(Shelf { is_open: false, ..shelf() }).start_blocking()?;
    let error = session.call("length-of-first", &[]).expect_err("the shop is closed");
    println!("{error}");
    assert!(matches!(error, Error::HostFunction(_)));
    Ok(())
}

#[test]
fn runs() {
    main().expect("it ends well");
}
