//! Tests of providers that try to harm their callers, and of guests that try to do harm through a
//! provider. Each row has the body of a function, and the expected outcome of a call.

use std::time::Duration;

use wit_host::{Error, GuestProvider, LimitReached, Limits, Val};

use super::counters::{caller, provider, provider_with, served};
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

/// A provider and a caller of a contract with a resource.
struct Handles {
    name: &'static str,
    /// What the provider's destructor does besides, and what its function `many` does first.
    drop: &'static str,
    many: &'static str,
    caller: &'static str,
    own: Limits,
    callers: Limits,
    comes: Comes,
}

/// Ends `many` with a list of this many handles, which begins at address 64.
macro_rules! returns {
    ($count:literal) => {
        concat!(
            "(i32.store (i32.const 8) (i32.const 64)) (i32.store (i32.const 12) (i32.const ",
            $count,
            ")) (return (i32.const 8))"
        )
    };
}

fn handle_rows() -> Vec<Handles> {
    const MANY: &str = "(call $many (local.get $n) (i32.const 8)) (i32.const 1)";
    const MADE: &str = "(call $drop (call $new (local.get $n))) (i32.const 1)";
    const FLOOD: &str = "(loop $more (drop (call $new (i32.const 1))) (br $more)) (unreachable)";
    const HOARD: &str = "(local.set $at (i32.const 30))
        (loop $more
            (drop (call $new (i32.const 1)))
            (local.set $at (i32.sub (local.get $at) (i32.const 1)))
            (br_if $more (local.get $at)))
        (local.set $count (i32.const 0)) (local.set $at (i32.const 0))";
    let row = |name, drop, many, caller, comes| {
        let (own, callers) = (Limits::default(), Limits::default());
        Handles { name, drop, many, caller, own, callers, comes }
    };
    let caller = |name, caller, comes| row(name, "", "", caller, comes);
    let callers = |row: Handles, callers: Limits| Handles { callers, ..row };
    let own = |row: Handles, own: Limits| Handles { own, ..row };
    let handles = |handles| Limits::default().handles(handles);
    let millis = |millis| Limits::default().wall_clock(Duration::from_millis(millis));
    let unknown = Comes::Failure("unknown handle index");
    vec![
        row(
            "it returns a handle that it does not have",
            "",
            concat!("(i32.store (i32.const 64) (i32.const 99))", returns!(1)),
            MANY,
            unknown,
        ),
        row(
            "it returns one handle twice",
            "",
            concat!(
                "(i32.store (i32.const 64) (call $new (i32.const 1)))
                 (i32.store (i32.const 68) (i32.load (i32.const 64)))",
                returns!(2)
            ),
            MANY,
            unknown,
        ),
        row(
            "it returns a handle that it has dropped",
            "",
            concat!(
                "(i32.store (i32.const 64) (call $new (i32.const 1)))
                 (call $drop (i32.load (i32.const 64)))",
                returns!(1)
            ),
            MANY,
            unknown,
        ),
        row(
            "it drops twice",
            "",
            "(local.set $at (call $new (i32.const 1)))
             (call $drop (local.get $at)) (call $drop (local.get $at))",
            MANY,
            unknown,
        ),
        row(
            "it says that it returns more than there can be",
            "",
            returns!(-1),
            MANY,
            Comes::Failure(""),
        ),
        caller(
            "the guest uses a handle of nobody's",
            "(call $add (i32.const 77) (i32.const 1))",
            Comes::Trap,
        ),
        caller(
            "the guest drops a handle of nobody's",
            "(call $drop (i32.const 77)) (i32.const 1)",
            Comes::Trap,
        ),
        caller(
            "the guest drops twice",
            "(local.set $a (call $new (local.get $n)))
             (call $drop (local.get $a)) (call $drop (local.get $a)) (i32.const 1)",
            Comes::Trap,
        ),
        caller(
            "the guest gives one handle away twice",
            "(local.set $a (call $new (local.get $n))) (call $merge (local.get $a) (local.get $a))",
            Comes::Trap,
        ),
        caller(
            "the guest uses what it has given away",
            "(local.set $a (call $new (i32.const 10)))
             (call $checked (local.get $a) (i32.const 8))
             (call $add (local.get $a) (i32.const 1))",
            Comes::Trap,
        ),
        caller(
            "the guest uses what it has dropped",
            "(local.set $a (call $new (local.get $n))) (call $drop (local.get $a))
             (call $add (local.get $a) (i32.const 1))",
            Comes::Trap,
        ),
        callers(
            caller("the guest makes handles without an end", FLOOD, Comes::Failure("`handles`")),
            handles(100),
        ),
        own(
            caller(
                "the guest makes more than the provider may hold",
                FLOOD,
                Comes::Failure("`handles`"),
            ),
            handles(20),
        ),
        callers(row("it returns as many as both may have", "", "", MANY, Comes::Well), handles(14)),
        callers(
            row("it returns more than both may have", "", "", MANY, Comes::Limit("handles")),
            handles(13),
        ),
        callers(
            row(
                "it returns more than its caller may have",
                "",
                "",
                MANY,
                Comes::Failure("`handles`"),
            ),
            handles(6),
        ),
        callers(row("it keeps handles for itself", "", HOARD, MANY, Comes::Well), handles(31)),
        callers(
            row(
                "it keeps more for itself than its caller may have",
                "",
                HOARD,
                MANY,
                Comes::Failure("`handles`"),
            ),
            handles(29),
        ),
        callers(
            row(
                "what it keeps is missing to its caller",
                "",
                HOARD,
                "(call $many (local.get $n) (i32.const 8))
                 (drop (call $new (i32.const 1))) (drop (call $new (i32.const 1)))
                 (call $new (i32.const 1))",
                Comes::Limit("handles"),
            ),
            handles(35),
        ),
        callers(
            row(
                "its destructor never returns",
                "(loop $again (br $again))",
                "",
                MADE,
                Comes::Limit("wall_clock"),
            ),
            millis(100),
        ),
        own(
            row(
                "its destructor never returns within its own time",
                "(loop $again (br $again))",
                "",
                MADE,
                Comes::Failure("`wall_clock`"),
            ),
            millis(60),
        ),
        own(
            row(
                "its destructor spends its own fuel",
                "(loop $again (br $again))",
                "",
                MADE,
                Comes::Failure("fuel"),
            ),
            Limits::default().fuel(Some(100_000)),
        ),
        row("its destructor traps", "(unreachable)", "", MADE, Comes::Failure("unreachable")),
        row(
            "its destructor makes what it destroys",
            "(call $drop (call $new (i32.const 1)))",
            "",
            MADE,
            Comes::Failure("stack"),
        ),
        own(
            row(
                "its destructor grows",
                "(if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then (unreachable)))",
                "",
                MADE,
                Comes::Failure("memory"),
            ),
            Limits::default().memory(1 << 20),
        ),
    ]
}

impl Handles {
    fn run(&self) -> Result<Vec<Val>, Error> {
        let bytes = provider_with(self.drop, self.many);
        let runtime = served(provider(&bytes, self.own.clone()), self.callers.clone());
        let guest = runtime.load(caller(self.caller))?;
        guest.session(()).start_blocking()?.call("run", &[Val::U32(7)])
    }
}

impl Comes {
    /// Returns whether this is the outcome of a call.
    fn is(self, outcome: &Result<Vec<Val>, Error>) -> bool {
        match (outcome, self) {
            (Ok(_), Comes::Well) => true,
            (Err(error @ Error::HostFunction(_)), Comes::Failure(part)) => {
                let text = error.to_string();
                text.contains("`p.wasm`, which serves `a:b/c.") && text.contains(part)
            }
            (Err(Error::Trapped(_)), Comes::Trap) => true,
            (Err(Error::Limit { limit, .. }), Comes::Limit(name)) => limit.name() == name,
            _ => false,
        }
    }
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
        let is_it = self.comes.is(&outcome);
        (!is_it).then(|| format!("{}: {:?}, and was to be {:?}", self.name, outcome, self.comes))
    }
}

#[test]
fn rows_of_hostile_providers() {
    let rows = rows();
    let mut failed: Vec<_> = rows.iter().filter_map(Row::check).collect();
    for row in handle_rows() {
        let outcome = row.run();
        if !row.comes.is(&outcome) {
            failed.push(format!("{}: {outcome:?}, and was to be {:?}", row.name, row.comes));
        }
    }
    assert!(failed.is_empty(), "{} rows failed\n{}", failed.len(), failed.join("\n"));
    assert_eq!(LimitReached::WallClock(None).name(), "wall_clock");
}
