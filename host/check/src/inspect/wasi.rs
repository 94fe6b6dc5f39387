//! The parts of WASI that this host has, and what decides how much of them a guest gets. There is
//! one table for WASI 0.2 and one for the first preview.

/// The version of WASI for components.
const VERSION: &str = "0.2";

const ALWAYS: &str = "always there";
const DIRECTORIES: &str = "the directories that `Grants::directory` grants";
const ENVIRONMENT: &str = "what `Grants::environment` sets, and the arguments";
const STDIO: &str = "where `Grants::stdio` leads";
const FILES: &str =
    "the directories that `Grants::directory` grants, and where `Grants::stdio` leads";
const NETWORK: &str = "never granted: no address is reached";

/// The interfaces without versions, and what decides about each.
const INTERFACES: &[(&str, &str)] = &[
    ("wasi:cli/environment", ENVIRONMENT),
    ("wasi:cli/exit", ALWAYS),
    ("wasi:cli/stderr", STDIO),
    ("wasi:cli/stdin", STDIO),
    ("wasi:cli/stdout", STDIO),
    ("wasi:cli/terminal-input", STDIO),
    ("wasi:cli/terminal-output", STDIO),
    ("wasi:cli/terminal-stderr", STDIO),
    ("wasi:cli/terminal-stdin", STDIO),
    ("wasi:cli/terminal-stdout", STDIO),
    ("wasi:clocks/monotonic-clock", ALWAYS),
    ("wasi:clocks/wall-clock", ALWAYS),
    ("wasi:filesystem/preopens", DIRECTORIES),
    ("wasi:filesystem/types", DIRECTORIES),
    ("wasi:io/error", ALWAYS),
    ("wasi:io/poll", ALWAYS),
    ("wasi:io/streams", ALWAYS),
    ("wasi:random/insecure", ALWAYS),
    ("wasi:random/insecure-seed", ALWAYS),
    ("wasi:random/random", ALWAYS),
    ("wasi:sockets/instance-network", NETWORK),
    ("wasi:sockets/ip-name-lookup", NETWORK),
    ("wasi:sockets/network", NETWORK),
    ("wasi:sockets/tcp", NETWORK),
    ("wasi:sockets/tcp-create-socket", NETWORK),
    ("wasi:sockets/udp", NETWORK),
    ("wasi:sockets/udp-create-socket", NETWORK),
];

/// The functions of the first preview: the first part of their names, what decides, and the rest of
/// the names.
const FUNCTIONS: &[(&str, &str, &str)] = &[
    ("args", ENVIRONMENT, "get sizes_get"),
    ("clock", ALWAYS, "res_get time_get"),
    ("environ", ENVIRONMENT, "get sizes_get"),
    (
        "fd",
        FILES,
        "advise allocate close datasync fdstat_get fdstat_set_flags fdstat_set_rights \
         filestat_get filestat_set_size filestat_set_times pread prestat_dir_name prestat_get \
         pwrite read readdir renumber seek sync tell write",
    ),
    (
        "path",
        DIRECTORIES,
        "create_directory filestat_get filestat_set_times link open readlink \
         remove_directory rename symlink unlink_file",
    ),
    ("poll", ALWAYS, "oneoff"),
    ("proc", ALWAYS, "exit raise"),
    ("random", ALWAYS, "get"),
    ("sched", ALWAYS, "yield"),
    ("sock", NETWORK, "accept recv send shutdown"),
];

/// Returns what decides about an interface, in any version that is compatible with this host's, or
/// why the host does not have it. Returns `None` for an interface outside of WASI.
pub(crate) fn interface(name: &str) -> Option<Result<&'static str, String>> {
    let name = name.strip_prefix("wasi:").map(|_| super::names::compatible(name))?;
    let (plain, version) = name.split_once('@').unwrap_or((&name, ""));
    let found = INTERFACES.iter().find(|(interface, _)| *interface == plain);
    Some(match found {
        Some((_, grant)) if version == VERSION => Ok(grant),
        Some(_) => Err(format!("the host has WASI {VERSION} and no other version of it")),
        None => Err(format!("the host has no such interface of WASI {VERSION}")),
    })
}

/// Returns what decides about a function of the first preview, or why the host does not have it.
pub(crate) fn function(name: &str) -> Result<&'static str, String> {
    let (family, rest) = name.split_once('_').unwrap_or((name, ""));
    let of_family = FUNCTIONS.iter().find(|(known, ..)| *known == family);
    match of_family {
        Some((_, grant, names)) if names.split_whitespace().any(|name| name == rest) => Ok(grant),
        _ => Err("the first preview of WASI has no such function".into()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wasmtime::component::{Component, ResourceTable};
    use wasmtime::{Engine, Linker, Store, component};
    use wasmtime_wasi::p1::WasiP1Ctx;
    use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

    use super::*;

    struct Host(WasiCtx, ResourceTable);

    impl WasiView for Host {
        fn ctx(&mut self) -> WasiCtxView<'_> {
            WasiCtxView { ctx: &mut self.0, table: &mut self.1 }
        }
    }

    /// An item of each interface, in the order of the table.
    const ITEMS: [&str; 27] = [
        "get-environment",
        "exit",
        "get-stderr",
        "get-stdin",
        "get-stdout",
        "terminal-input",
        "terminal-output",
        "get-terminal-stderr",
        "get-terminal-stdin",
        "get-terminal-stdout",
        "now",
        "now",
        "get-directories",
        "descriptor",
        "error",
        "pollable",
        "input-stream",
        "get-insecure-random-u64",
        "insecure-seed",
        "get-random-u64",
        "instance-network",
        "resolve-addresses",
        "network",
        "tcp-socket",
        "create-tcp-socket",
        "udp-socket",
        "create-udp-socket",
    ];

    #[test]
    fn the_engine_has_every_interface() {
        let engine = Engine::default();
        let mut linker = component::Linker::<Host>::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).expect("WASI");
        // The engine's errors distinguish an item of another type from a missing one.
        let error = |interface: &str, item: &str| {
            let wrong = format!(r#"(instance (export "{item}" (func (param "no" bool))))"#);
            let text = format!(r#"(component (import "{interface}@0.2.0" {wrong}))"#);
            let binary = wat::parse_str(text).expect(interface);
            let component = Component::from_binary(&engine, &binary).expect(interface);
            format!("{:#}", linker.instantiate_pre(&component).err().expect(interface))
        };
        let lacks = "implementation is missing";
        assert!(error("wasi:io/poll", "no-such").contains(lacks));
        assert_eq!(INTERFACES.len(), ITEMS.len());
        for ((interface, _), item) in INTERFACES.iter().zip(ITEMS) {
            let error = error(interface, item);
            assert!(!error.contains(lacks), "the engine has no {interface}.{item}: {error}");
        }
    }

    #[test]
    fn the_engine_has_the_functions_of_the_table() {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p1::add_to_linker_async(&mut linker, |wasi: &mut WasiP1Ctx| wasi)
            .expect("WASI");
        let mut store = Store::new(&engine, WasiCtxBuilder::new().build_p1());
        let names = linker.iter(&mut store).map(|(_, name, _)| name.to_owned());
        let engine_has: BTreeSet<_> = names.collect();
        let table = FUNCTIONS.iter().flat_map(|(family, _, names)| {
            names.split_whitespace().map(move |name| format!("{family}_{name}"))
        });
        assert_eq!(table.collect::<BTreeSet<_>>(), engine_has);
    }

    #[test]
    fn what_decides() {
        assert_eq!(interface("wasi:filesystem/types@0.2.6"), Some(Ok(DIRECTORIES)));
        assert_eq!(interface("wasi:io/poll@0.2.99"), Some(Ok(ALWAYS)));
        assert_eq!(interface("wit-host:contract/math@0.1.0"), None);
        for other in ["wasi:io/poll@0.3.0", "wasi:io/poll@0.2.0-rc-2023-11-10", "wasi:http/types"] {
            assert!(interface(other).is_some_and(|found| found.is_err()), "{other}");
        }
        assert_eq!(function("path_open"), Ok(DIRECTORIES));
        assert_eq!(function("sock_accept"), Ok(NETWORK));
        assert!(function("fd_fly").is_err() && function("").is_err());
    }
}
