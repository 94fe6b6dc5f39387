//! Tests of providers that try to harm their callers, and of guests that try to do harm through a
//! provider. Each row has the body of a function, and the expected outcome of a call.

use std::time::Duration;

use wit_host::{Error, GuestProvider, LimitReached, Limits, Val};

use super::forward::with_body;
use super::{bytes, forward};

/// The outcome of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Comes {
    /// The call returns.
    Well,
    /// The provider fails, and its report contains this text.
    Failure(&'static str),
    /// The guest itself fails.
    Trap,
    /// The caller reaches its limit of this name.
    Limit(&'static str),
}

struct Row {
    name: &'static str,
    /// The type of the function, and its body in the provider.
    ty: &'static str,
    body: &'static str,
    argument: Val,
    own: Limits,
    callers: Limits,
    comes: Comes,
}

fn row(name: &'static str, ty: &'static str, body: &'static str, comes: Comes) -> Row {
    let (own, callers) = (Limits::default(), Limits::default());
    Row { name, ty, body, argument: Val::U32(1), own, callers, comes }
}

fn rows() -> Vec<Row> {
    const NUMBER: &str = "func(n: u32) -> u32";
    const TEXT: &str = "func(n: u32) -> string";
    const LIST: &str = "func(n: u32) -> list<u64>";
    const BYTES: &str = "func(data: list<u8>) -> u32";
    /// Writes a pointer and a length to address 8, and returns that address.
    const AT: &str = "(i32.store (i32.const 8) (i32.const POINTER)) \
                      (i32.store (i32.const 12) (i32.const LENGTH)) (i32.const 8)";
    let at = |pointer: &str, length: &str| -> &'static str {
        AT.replace("POINTER", pointer).replace("LENGTH", length).leak()
    };
    let millis = |millis| Limits::default().wall_clock(Duration::from_millis(millis));
    let endless = "(loop $again (br $again)) (unreachable)";
    let own = |row: Row, own: Limits| Row { own, ..row };
    let callers = |row: Row, callers: Limits| Row { callers, ..row };
    vec![
        row("it traps", NUMBER, "(unreachable)", Comes::Failure("unreachable")),
        row(
            "it divides by zero",
            NUMBER,
            "(i32.div_u (local.get 0) (i32.const 0))",
            Comes::Failure("zero"),
        ),
        row(
            "it reads outside of its memory",
            NUMBER,
            "(i32.load (i32.const -1))",
            Comes::Failure("memory"),
        ),
        callers(row("it never returns", NUMBER, endless, Comes::Limit("wall_clock")), millis(100)),
        own(
            row(
                "it never returns within its own time",
                NUMBER,
                endless,
                Comes::Failure("`wall_clock`"),
            ),
            millis(60),
        ),
        own(
            row("it spends its own fuel", NUMBER, endless, Comes::Failure("fuel")),
            Limits::default().fuel(Some(100_000)),
        ),
        callers(
            row("its fuel is not the caller's", NUMBER, "(local.get 0)", Comes::Well),
            Limits::default().fuel(Some(100_000)),
        ),
        row(
            "it grows without an end",
            NUMBER,
            "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (memory.size)",
            Comes::Well,
        ),
        own(
            row(
                "it grows beyond its own limit, and gives up",
                NUMBER,
                "(if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then (unreachable))) (i32.const 1)",
                Comes::Failure("memory"),
            ),
            Limits::default().memory(1 << 20),
        ),
        callers(
            row(
                "it grows beyond its caller's limit, and gives up",
                NUMBER,
                "(if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then (unreachable))) (i32.const 1)",
                Comes::Failure("memory"),
            ),
            Limits::default().memory(1 << 20),
        ),
        own(
            row(
                "it does not start within its own memory",
                NUMBER,
                "(i32.const 1)",
                Comes::Failure("memory"),
            ),
            Limits::default().memory(1 << 16),
        ),
        callers(
            row(
                "it does not start within its caller's",
                NUMBER,
                "(i32.const 1)",
                Comes::Failure("memory"),
            ),
            Limits::default().memory(5 << 16),
        ),
        row("its text is outside of its memory", TEXT, at("-1", "9"), Comes::Failure("")),
        row("its text is as long as can be said", TEXT, at("0", "-1"), Comes::Failure("")),
        row(
            "its text is no UTF-8",
            "func(n: u32) -> string",
            "(i32.store (i32.const 16) (i32.const -1)) (i32.store (i32.const 8) (i32.const 16)) \
             (i32.store (i32.const 12) (i32.const 4)) (i32.const 8)",
            Comes::Failure("UTF-8"),
        ),
        row("its list says that it is endless", LIST, at("0", "536870911"), Comes::Failure("")),
        row("its list is not aligned", LIST, at("1", "1"), Comes::Failure("align")),
        row("its result is not aligned", TEXT, "(i32.const 3)", Comes::Failure("align")),
        row("its result is outside of its memory", TEXT, "(i32.const -4)", Comes::Failure("")),
        row(
            "its text is more than the caller's memory has room for",
            TEXT,
            at("16", "262000"),
            Comes::Trap,
        ),
        own(
            row(
                "it hands over more than its own limit",
                TEXT,
                at("1024", "200000"),
                Comes::Failure("host_call_bytes"),
            ),
            Limits::default().host_call_bytes(100_000),
        ),
        row(
            "its option has no such case",
            "func(n: u32) -> option<u32>",
            "(i32.store (i32.const 8) (i32.const 7)) (i32.const 8)",
            Comes::Failure(""),
        ),
        row("its char is none", "func(n: u32) -> char", "(i32.const 0xd800)", Comes::Failure("")),
        row(
            "its enum has no such case",
            "func(n: u32) -> result",
            "(i32.const 9)",
            Comes::Failure(""),
        ),
        row("its stack has no end", NUMBER, "(call 0 (local.get 0))", Comes::Failure("stack")),
        Row {
            argument: bytes(&[1; 100_000]),
            callers: Limits::default().host_call_bytes(10_000),
            ..row(
                "the guest hands over more than it may",
                BYTES,
                "(local.get 1)",
                Comes::Limit("host_call_bytes"),
            )
        },
        Row {
            argument: bytes(&[1; 100_000]),
            ..row("it is handed as much as may be", BYTES, "(local.get 1)", Comes::Well)
        },
        Row {
            argument: bytes(&vec![1; 400_000]),
            ..row("it has no room for what it is handed", BYTES, "(local.get 1)", Comes::Trap)
        },
    ]
}

impl Row {
    fn run(&self) -> Result<Vec<Val>, Error> {
        let wit = format!(
            "package a:b@1.0.0; interface c {{ f: {}; }}
             world forward {{ import c; export c; }} world other {{ export c; }}",
            self.ty
        );
        let own = crate::support::hosts::builder::<()>().limits(self.own.clone()).build()?;
        let provider = GuestProvider::new(&own, "p.wasm", with_body(&wit, self.body), || ())?;
        let runtime = crate::support::hosts::builder::<()>().provide("a:b/c", provider);
        let runtime = runtime.limits(self.callers.clone()).build()?;
        let mut session = runtime.load(forward(&wit))?.session(()).start_blocking()?;
        session.call("f", std::slice::from_ref(&self.argument))
    }

    fn check(&self) -> Option<String> {
        let outcome = self.run();
        let is_it = match (&outcome, self.comes) {
            (Ok(_), Comes::Well) => true,
            (Err(error @ Error::HostFunction(_)), Comes::Failure(part)) => {
                let text = error.to_string();
                text.contains("`p.wasm`, which serves `a:b/c.f`, failed: ") && text.contains(part)
            }
            (Err(Error::Trapped(_)), Comes::Trap) => true,
            (Err(Error::Limit { limit, .. }), Comes::Limit(name)) => limit.name() == name,
            _ => false,
        };
        (!is_it).then(|| format!("{}: {:?}, and was to be {:?}", self.name, outcome, self.comes))
    }
}

#[test]
fn rows_of_hostile_providers() {
    let rows = rows();
    let failed: Vec<_> = rows.iter().filter_map(Row::check).collect();
    assert!(
        failed.is_empty(),
        "{} of {} rows failed\n{}",
        failed.len(),
        rows.len(),
        failed.join("\n")
    );
    assert_eq!(LimitReached::WallClock(None).name(), "wall_clock");
}
