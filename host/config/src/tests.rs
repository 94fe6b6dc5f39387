//! Tests with host files as table rows: what is in them, what is wrong with them and where, and
//! what they ask for.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::error::Error as _;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use wit_host_binary::limits::Limits;

use crate::{ConfigError, Directory, HostFile, Provider, Trust, schema};

fn parse(text: &str) -> Result<HostFile, ConfigError> {
    HostFile::parse("sub/wit-host.toml".as_ref(), text, &Limits::default())
}

const WHOLE: &str = r#"
[contract]
wit = "wit"
world = "plugin"

[imports]
"shop:prices/prices" = "prices.wasm"
"shop:prices/stock" = { exec = ["python3", "stock.py"], shared = true }
"shop:prices/log" = { exec = ["log"], environment = { TZ = "UTC" } }
"shop:prices/cart" = { guest = "a/../cart.wasm", grants = { hosts = ["cart.example"] } }
"shop:prices/old" = "exec:python3 'old one.py'"
"shop:prices/tax" = "tax.fixture.toml"
"shop:prices/vat" = { fixture = "vat.toml" }
"env.now" = "default"
env = "trap"

[grants]
hosts = ["example.com:443", "example.org"]
directories = [{ host = "data", guest = "/data" }, { host = "/srv/pages", writable = true }]
environment = { LANG = "en", TZ = "UTC" }
deny = ["wasi:sockets"]
deny-calls = ["wasi:logging"]

[limits]
wall-clock = "5s"
memory = "128MiB"
fuel = 1000

[guests.greeter]
file = "greeter.wasm"
grants = { hosts = ["example.org"], directories = [], deny = ["env.fetch"] }
limits = { memory = "16MiB" }

[guests.shop_2]
file = "shop.wasm"
grants.directories = [{ host = "/srv/pages/a", guest = "/a" }]
"#;

#[test]
fn a_client_may_serve_an_import() {
    let file = parse("imports.env = \"client\"").unwrap();
    assert_eq!(file.imports[0].provider, Provider::Client);
    assert_eq!(file.asks(), [], "who is asked has started the host");
}

#[test]
fn a_whole_file() {
    let file = parse(WHOLE).unwrap();
    let contract = file.contract.as_ref().unwrap();
    assert_eq!(
        (contract.wit.as_path(), contract.world.as_deref()),
        ("sub/wit".as_ref(), Some("plugin"))
    );
    assert_eq!((contract.place.line, contract.place.column), (3, 7));

    let process = |command: &[&str], environment: &[(&str, &str)], shared| {
        let text = |text: &&str| (*text).to_owned();
        let environment = environment.iter().map(|(name, value)| (text(name), text(value)));
        Provider::Process {
            command: command.iter().map(text).collect(),
            environment: environment.collect(),
            folder: "sub".into(),
            shared,
        }
    };
    let imports = file.imports.iter();
    let imports: Vec<_> = imports.map(|import| (&*import.name, import.provider.clone())).collect();
    let [env, now, cart, log, old, prices, stock, tax, vat] = &imports[..] else {
        panic!("{imports:?}")
    };
    assert_eq!(*env, ("env", Provider::Trap));
    assert_eq!(*now, ("env.now", Provider::Default));
    let Provider::Guest { file: cart, shared: false, grants } = &cart.1 else { panic!("{cart:?}") };
    assert_eq!(
        (cart.as_path(), &*grants.hosts[0].value),
        ("sub/cart.wasm".as_ref(), "cart.example")
    );
    assert_eq!(log.1, process(&["log"], &[("TZ", "UTC")], false));
    assert_eq!(old.1, process(&["python3", "old one.py"], &[], false));
    assert!(
        matches!(&prices.1, Provider::Guest { file, .. } if file == Path::new("sub/prices.wasm"))
    );
    assert_eq!(stock.1, process(&["python3", "stock.py"], &[], true));
    assert_eq!(tax.1, Provider::Fixture { file: "sub/tax.fixture.toml".into() });
    assert_eq!(vat.1, Provider::Fixture { file: "sub/vat.toml".into() });

    let directory = |host: &str, guest: &str, writable| Directory {
        host: host.into(),
        guest: guest.into(),
        writable,
    };
    let directories: Vec<_> = file.grants.directories.iter().map(|at| at.value.clone()).collect();
    let pages = directory("/srv/pages", "/srv/pages", true);
    assert_eq!(directories, [directory("sub/data", "/data", false), pages]);
    assert_eq!(file.grants.environment[1].value, ("TZ".into(), "UTC".into()));

    let limits = file.limits(None);
    assert_eq!((limits.memory, limits.fuel), (128 << 20, Some(1000)));
    assert_eq!(file.limits(Some("greeter")), limits.clone().memory(16 << 20));
    assert_eq!(file.limits(Some("nobody")), limits);

    let greeter = file.grants(Some("greeter"));
    assert_eq!(greeter.hosts.len(), 1);
    assert!(greeter.directories.is_empty());
    assert_eq!(greeter.environment.len(), 2);
    let denied: Vec<_> = greeter.deny.iter().map(|at| &*at.value).collect();
    assert_eq!(denied, ["wasi:sockets", "env.fetch"]);
    let shop = &file.guests["shop_2"];
    assert_eq!(shop.grants.directories[0].value, directory("/srv/pages/a", "/a", false));
    assert_eq!((shop.file.as_path(), shop.place.line), ("sub/shop.wasm".as_ref(), 34));
}

/// Each row is a file, and the place and reason of its error.
const WRONG: &[(&str, &str)] = &[
    ("[contract", "1:10: unclosed table, expected `]`"),
    ("[contract]\nwit = 1", "2:7: invalid type: integer `1`, expected a string"),
    ("[contract]\nworld = \"a\"", "1:1: missing field `wit`"),
    ("[contract]\nwti = \"a\"", "2:1: there is no key `wti`; did you mean `wit`?"),
    (
        "[contract]\nwit = \"../wit\"",
        "2:7: `../wit` is outside of the file's folder; give a path relative to it and in it",
    ),
    (
        "[contract]\nwit = \"a/../../wit\"",
        "2:7: `a/../../wit` is outside of the file's folder; give a path relative to it and in it",
    ),
    (
        "[contract]\nwit = \"/wit\"",
        "2:7: `/wit` is outside of the file's folder; give a path relative to it and in it",
    ),
    ("[contract]\nwit = \"\"", "2:7: a path is missing"),
    ("[limit]", "1:2: there is no key `limit`; did you mean `limits`?"),
    (
        "colour = 1",
        "1:1: there is no key `colour`; there are `contract`, `redact`, `imports`, `grants`, `limits`, `guests`",
    ),
    ("a = 1\na = 2", "2:1: duplicate key"),
    ("[limits]\nmemroy = \"1MiB\"", "2:1: there is no limit `memroy`; did you mean `memory`?"),
    (
        "[limits]\nwall_clock = \"1s\"",
        "2:1: there is no limit `wall_clock`; did you mean `wall-clock`?",
    ),
    (
        "[limits]\n\n\"ä\" = 1",
        "3:1: there is no limit `ä`; there are `wall-clock`, `memory`, `fuel`, `host-calls`, `host-call-bytes`, `handles`, `output`, `random`, `table-elements`, `memories`, `tables`, `instances` and 28 more",
    ),
    (
        "[limits]\nmemory = \"64 apples\"",
        "2:10: `memory`: `64 apples` is not a size; give one as 512KiB, 64MiB or 1GiB",
    ),
    (
        "[limits]\nwall-clock = 5",
        "2:14: `wall-clock`: `5` is not a time; give one as 500ms, 5s or 2m",
    ),
    (
        "[limits]\nmemory = -1",
        "2:10: `memory`: `-1` is not a size; give one as 512KiB, 64MiB or 1GiB",
    ),
    (
        "[limits]\nmemory = 1.5",
        "2:10: invalid type: floating point `1.5`, expected a limit, as `\"64MiB\"`, `\"5s\"`, `1000` or `\"none\"`",
    ),
    (
        "[limits]\nstack = \"none\"",
        "2:9: `stack`: `none` is not a size; give one as 512KiB, 64MiB or 1GiB",
    ),
    ("[grants]\nhost = []", "2:1: there is no key `host`; did you mean `hosts`?"),
    (
        "[grants]\ndirectories = [{ host = \"..\" }]",
        "2:16: `..` is outside of the file's folder; give a path relative to it and in it, or give its absolute path",
    ),
    (
        "[grants]\ndirectories = [{ host = \"/srv/../etc\" }]",
        "2:16: `/srv/../etc` goes up by `..`; give the path that it is",
    ),
    (
        "[grants]\ndirectories = [{ host = \"d\" }]\n[guests.a]\nfile = \"a\"\ngrants.directories = [{ host = \"d/../e\" }]",
        "5:23: a guest's grants may leave out what `[grants]` has, and not add to it: there is no directory `d/../e` there, or for less",
    ),
    (
        "[grants]\ndirectories = [{ host = \"a\", guest = \"\" }]",
        "2:16: the guest's path is missing",
    ),
    ("[grants]\ndirectories = [{ guest = \"a\" }]", "2:16: missing field `host`"),
    (
        "[grants]\nenvironment = { \"A=\" = \"b\" }",
        "2:17: `A=` is no name of an environment variable",
    ),
    ("[imports]\na = \"\"", "2:5: what serves the import is missing"),
    (
        "[imports]\na = 1",
        "2:5: invalid type: integer `1`, expected what serves the import, as `\"prices.wasm\"` or `{ exec = [\"python3\", \"prices.py\"] }`",
    ),
    (
        "[imports]\na = \"ftp://a\"",
        "2:5: `ftp://a` is of no kind that serves imports; give a guest's file, `exec:` with a command, a fixture (`.toml`), `trap`, `default` or `client`",
    ),
    ("[imports]\na = \"exec:\"", "2:5: the program is missing, as in `exec:python3 prices.py`"),
    ("[imports]\na = \"exec:'b\"", "2:5: a quote is missing its end"),
    (
        "[imports]\na = \"../b.wasm\"",
        "2:5: `../b.wasm` is outside of the file's folder; give a path relative to it and in it",
    ),
    ("[imports]\na = {}", "2:5: give one of `guest`, `exec` and `fixture`"),
    (
        "[imports]\na = { guest = \"b\", exec = [\"c\"] }",
        "2:5: give one of `guest`, `exec` and `fixture`",
    ),
    (
        "[imports]\na = { exec = [] }",
        "2:14: the program is missing, as in `exec:python3 prices.py`",
    ),
    ("[imports]\na = { exec = \"b\" }", "2:14: invalid type: string \"b\", expected a sequence"),
    ("[imports]\na = { exce = [\"b\"] }", "2:7: there is no key `exce`; did you mean `exec`?"),
    (
        "[imports]\na = { guest = \"/b\" }",
        "2:15: `/b` is outside of the file's folder; give a path relative to it and in it",
    ),
    (
        "[imports]\na = { fixture = \"b\", shared = true }",
        "2:31: `shared` is for a guest or a process; leave it out",
    ),
    (
        "[imports]\na = { exec = [\"b\"], grants = {} }",
        "2:30: `grants` is for a guest; leave it out",
    ),
    (
        "[imports]\na = { guest = \"b\", environment = {} }",
        "2:34: `environment` is for a process (`exec`); leave it out",
    ),
    (
        "[imports]\n\"a b\" = \"c\"",
        "2:1: `a b` is no import; give an interface (`shop:prices/prices`), a function of one, or `env`",
    ),
    ("[guests.a]", "1:1: missing field `file`"),
    (
        "[guests.\"a.wasm\"]\nfile = \"a\"",
        "1:9: `a.wasm` is no name of a guest, which has letters, digits, `-` and `_`",
    ),
    (
        "[guests.a]\nfile = \"../a\"",
        "2:8: `../a` is outside of the file's folder; give a path relative to it and in it",
    ),
    (
        "[guests.a]\nfile = \"a\"\nlimits.memory = \"65MiB\"",
        "3:8: a guest's limits may be lower than those of `[limits]`, and not higher: `memory` is 64.0 MiB there",
    ),
    (
        "[limits]\nfuel = 7\n[guests.a]\nfile = \"a\"\nlimits.fuel = \"none\"",
        "5:8: a guest's limits may be lower than those of `[limits]`, and not higher: `fuel` is 7 there",
    ),
    (
        "[guests.a]\nfile = \"a\"\ngrants.hosts = [\"b\"]",
        "3:17: a guest's grants may leave out what `[grants]` has, and not add to it: there is no host `b` there, or for less",
    ),
    (
        "[guests.a]\nfile = \"a\"\ngrants.environment.B = \"b\"",
        "3:20: a guest's grants may leave out what `[grants]` has, and not add to it: there is no environment variable `B` there, or for less",
    ),
    (
        "[grants]\ndirectories = [{ host = \"d\" }]\n[guests.a]\nfile = \"a\"\ngrants.directories = [{ host = \"d\", writable = true }]",
        "5:23: a guest's grants may leave out what `[grants]` has, and not add to it: there is no directory `d` there, or for less",
    ),
    (
        "[contract]\nwit = \"\\u001b[2J/../..\"",
        "2:7: `\\u{1b}[2J/../..` is outside of the file's folder; give a path relative to it and in it",
    ),
];

#[test]
fn what_is_wrong_and_where() {
    let mut wrong = Vec::new();
    for (text, expected) in WRONG {
        let error = parse(text).expect_err(text).to_string();
        let told = error.strip_prefix("sub/wit-host.toml:").unwrap();
        if told != *expected {
            wrong.push(format!("{text}\n  {told}\n  {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_link_does_not_lead_out() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.wasm"), "").unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    std::os::unix::fs::symlink("in.wasm", folder.path().join("link.wasm")).unwrap();
    let path = folder.path().join("wit-host.toml");
    for (text, is_in) in [
        ("[guests.a]\nfile = \"link.wasm\"", true),
        ("[guests.a]\nfile = \"out/a.wasm\"", true),
        ("[contract]\nwit = \"out\"", false),
        ("[grants]\ndirectories = [{ host = \"out\" }]", false),
    ] {
        let read = HostFile::parse(&path, text, &Limits::default());
        assert_eq!(read.is_ok(), is_in, "{text}: {read:?}");
        if let Err(error) = read {
            assert!(error.to_string().contains("by a link"), "{error}");
        }
    }
}

#[test]
fn what_a_file_asks_for() {
    let asks = |text: &str| -> Vec<_> {
        let asks = parse(text).unwrap().asks();
        asks.iter().map(|ask| format!("{}: {}", ask.place.line, ask.what)).collect()
    };
    assert_eq!(
        asks(WHOLE),
        [
            "8: start the process `python3 stock.py`",
            "9: start the process `log`",
            "10: let guests reach the host `cart.example`",
            "11: start the process `python3 old one.py`",
            "18: let guests reach the host `example.com:443`",
            "18: let guests reach the host `example.org`",
            "19: let guests read the directory `sub/data`",
            "19: let guests write to the directory `/srv/pages`",
            "20: set the variable `LANG` for guests",
            "20: set the variable `TZ` for guests",
            "26: raise the limit `memory` to 128.0 MiB",
        ]
    );
    assert_eq!(
        asks(
            "[contract]\nwit = \"wit\"\n[imports]\na = \"b.wasm\"\n[limits]\nmemory = \"1MiB\"\n[grants]\ndeny = [\"wasi:io\"]"
        ),
        [""; 0]
    );
    assert_eq!(
        asks("[limits]\nwall-clock = \"none\""),
        ["2: raise the limit `wall-clock` to none"]
    );
}

#[test]
fn what_is_allowed_is_this_file_with_this_text() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        HostFile::read(&path, &Limits::default()).unwrap()
    };
    let trust = Trust::in_folder(folder.path().join("state/allowed"));
    let first = write("a.toml", "[grants]\nhosts = [\"a\"]");
    let same_elsewhere = write("b.toml", "[grants]\nhosts = [\"a\"]");
    assert!(!trust.allows(&first));
    trust.allow(&first).unwrap();
    trust.allow(&first).unwrap();
    assert!(trust.allows(&first));
    assert!(!trust.allows(&same_elsewhere));
    let changed = write("a.toml", "[grants]\nhosts = [\"a\", \"b\"]");
    assert!(!trust.allows(&changed));
    let back = write("a.toml", "[grants]\nhosts = [\"a\"]");
    assert!(trust.allows(&back));
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let read = |path: &Path| {
        let error = HostFile::read(path, &Limits::default()).unwrap_err();
        format!("{error}: {}", error.source().unwrap())
    };
    let path = folder.path().join("large.toml");
    fs::write(&path, "# ".repeat(1 << 20)).unwrap();
    assert!(read(&path).ends_with("it is larger than 1 MiB"), "{}", read(&path));
    assert!(read(&folder.path().join("none.toml")).contains("No such file"));
    assert!(read(Path::new("/dev/zero")).contains("larger than 1 MiB"));
    fs::write(&path, b"\xff").unwrap();
    assert!(read(&path).contains("UTF-8"));
}

/// Tests the structure of the schema. Its texts come from the comments and are not tested.
#[test]
fn the_schema_has_each_key() {
    let schema = schema();
    let keys = |pointer: &str| -> Vec<_> {
        let properties = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer}: {schema:#}"));
        properties.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(
        keys("/properties"),
        ["contract", "redact", "imports", "grants", "limits", "guests"]
    );
    let limits: Vec<_> = Limits::NAMES.iter().map(|name| name.replace('_', "-")).collect();
    assert_eq!(keys("/$defs/Limits/properties"), limits);
    assert_eq!(
        keys("/$defs/ImportTable/properties"),
        ["guest", "exec", "fixture", "shared", "grants", "environment"]
    );
    assert_eq!(schema.pointer("/additionalProperties"), Some(&false.into()));
}

proptest! {
    #[test]
    fn no_text_panics(text in "([a-z\"'\\[\\]{}=.,\\-#0-9 \n]|contract|imports|grants|limits|memory|hosts|guests|file|exec:)*") {
        let _ = parse(&text).map(|file| file.asks());
    }

    #[test]
    fn no_spec_panics(spec: String) {
        let _ = Provider::parse(&spec, Path::new("a"));
    }
}

#[test]
fn what_is_deep_is_refused() {
    let deep = |opening: &str| format!("[limits]\nmemory = {}", opening.repeat(100_000));
    for text in [deep("["), deep("{ a = "), deep("[{ a = ")] {
        assert!(parse(&text).is_err());
    }
    assert!(parse(&format!("{} = 1", "a.".repeat(100_000))).is_err());
}
