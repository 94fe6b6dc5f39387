//! Tests of the whole contract: everything in `wit/` is served to components and to core modules.

pub(crate) mod fetch;
pub(crate) mod functions;

use wit_host::Runtime;
use wit_host_contract::Functions;

use crate::support::reexport::Contract;

/// Functions with another name in `env` than in WIT: the name in WIT, and the name in `env`.
const RENAMED: [(&str, &str); 1] = [("fetch.get", "fetch")];

/// Functions that `env` does not have, and why.
const NOT_IN_ENV: [(&str, &str); 1] =
    [("strings.split", "no legacy convention returns a list of texts")];

/// Functions that only `env` has, and why.
const ONLY_IN_ENV: [(&str, &str); 2] = [
    ("abort", "what guests of AssemblyScript import to give up"),
    ("write_mem", "the second step of results that are text or bytes"),
];

#[test]
fn every_import_is_in_env() {
    let runtime: Runtime<Functions> = crate::support::hosts::shipped().build().unwrap();
    let mut expected: Vec<String> = Contract::read()
        .functions()
        .into_iter()
        .filter(|import| NOT_IN_ENV.iter().all(|(name, _)| name != import))
        .map(|import| match RENAMED.iter().find(|(wit, _)| *wit == import) {
            Some((_, env)) => (*env).to_owned(),
            None => import.split('.').next_back().unwrap().replace('-', "_"),
        })
        .collect();
    expected.extend(ONLY_IN_ENV.iter().map(|(name, _)| (*name).to_owned()));
    expected.sort();
    let served: Vec<_> = runtime.env_imports().map(|(_, name, _)| name.to_owned()).collect();
    assert_eq!(served, expected, "a function of wit/ has no `env` import, or the other way round");
}

/// What guests are out there with. More may be added.
#[test]
fn the_legacy_signatures_stay() {
    let runtime = crate::support::hosts::shipped().build().unwrap();
    let served = runtime.env_imports().map(|(module, name, ty)| format!("{module}.{name}{ty}"));
    let served: Vec<_> = served.collect();
    for legacy in [
        "env.abort(i32, i32, i32, i32)",
        "env.add(i32, i32) -> i32",
        "env.concat(i32, i32, i32, i32) -> i32",
        "env.fetch(i32, i32) -> i32",
        "env.from_utf8(i32, i32) -> i32",
        "env.to_upper(i32, i32) -> i32",
        "env.write_mem(i32)",
    ] {
        assert!(served.iter().any(|one| one == legacy), "{legacy} is not in {served:?}");
    }
}

#[test]
fn every_import_has_a_test_row() {
    let mut tested = functions::TESTED.to_vec();
    tested.extend([functions::SPLIT.wit, fetch::FETCH.wit]);
    for import in Contract::read().functions() {
        assert!(
            tested.contains(&&*import),
            "`{import}` has no row in tests/all/contract/functions.rs"
        );
    }
}

#[test]
fn what_is_printed_is_the_contract() {
    let printed = Contract::parse(wit_host_contract::WIT);
    let contract = Contract::read();
    assert_eq!(printed.functions(), contract.functions());
    for function in contract.functions() {
        assert_eq!(printed.reexport(&function), contract.reexport(&function));
    }
}
