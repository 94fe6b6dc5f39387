//! The key of a cache entry: one hash of everything that compiled code depends on. It does not
//! know where entries are kept.

use std::fmt;
use std::hash::{Hash as _, Hasher};
use wit_host_binary::blake3;

use wasmtime::Engine;

use crate::engine::shared::SharedEngine;
use wit_host_binary::limits::Limits;

/// The context of the hash, which makes it unlike hashes that others compute of the same data.
/// It changes with the format of entries.
const PURPOSE: &str = "wit-host 0.1 the name of compiled code in a cache, fourth form";

/// The name of an entry. It is equal for the same guest, engine, settings, kind of processor,
/// contract and limits of loading.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key(blake3::Hash);

impl Key {
    /// Creates the key of a guest from the hash of its bytes without debug information. A guest
    /// in the cache has fitted the contract and was within the limits of loading. Both are a
    /// part of the key, so that neither is checked again.
    pub(crate) fn new(
        engine: &SharedEngine,
        guest: &blake3::Hash,
        contract: Option<&str>,
        scanned_for: &Limits,
    ) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(PURPOSE);
        hasher.update(compatibility(&engine.engine).as_bytes());
        hasher.update(engine.settings.to_word().as_bytes());
        hasher.update(guest.as_bytes());
        for limit in of_scanning(scanned_for) {
            hasher.update(&limit.to_le_bytes());
        }
        hasher.update(contract.unwrap_or_default().as_bytes());
        Self(hasher.finalize())
    }

    /// Returns whether a file of this name is an entry.
    pub(super) fn is_name(name: &str) -> bool {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        name.len() == 2 * blake3::OUT_LEN && name.bytes().all(is_digit)
    }
}

/// Returns all limits that scanning reads.
fn of_scanning(limits: &Limits) -> [usize; 20] {
    [
        limits.nesting,
        limits.definitions,
        limits.signature,
        limits.body,
        limits.locals,
        limits.blocks,
        limits.effective_instances,
        limits.effective_functions,
        limits.functions,
        limits.items,
        limits.types,
        limits.imports,
        limits.exports,
        limits.globals,
        limits.elements,
        limits.segments,
        limits.loops,
        limits.function_weight,
        limits.code_weight,
        limits.checks,
    ]
}

/// Returns a hash of what compiled code has to have in common with an engine: its version, the
/// target, and its settings.
fn compatibility(engine: &Engine) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    engine.precompile_compatibility_hash().hash(&mut Words(&mut hasher));
    hasher.finalize()
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

/// Passes what the engine hashes on to our own hash. Unlike the standard library's, it is the
/// same in every process.
struct Words<'h>(&'h mut blake3::Hasher);

impl Hasher for Words<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Is never asked for: the result is the hash that this type wraps.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::processor::Processor;
    use crate::engine::settings::Settings;

    #[test]
    fn a_key_is_for_one_guest_and_one_kind_of_engine() {
        let plain = Settings::new(&Limits::default(), false, false);
        let others = [
            Settings { fuel: true, ..plain.clone() },
            Settings { deterministic: true, ..plain.clone() },
            Settings { host_values: true, ..plain.clone() },
            Settings { stack: 256 << 10, ..plain.clone() },
            Settings { processor: Processor::Baseline, ..plain.clone() },
        ];
        let key = |settings: &Settings, coredump, binary: &[u8]| {
            let engine = SharedEngine::new(settings.clone(), coredump, None).expect("an engine");
            Key::new(&engine, &blake3::hash(binary), None, &Limits::default())
        };
        let first = key(&plain, false, b"guest");
        assert_eq!(first, key(&plain, true, b"guest"), "compiled code knows no coredump");
        assert_ne!(first, key(&plain, false, b"another"));
        for other in others {
            assert_ne!(first, key(&other, false, b"guest"), "{other:?}");
        }
    }

    #[test]
    fn what_was_not_scanned_for_a_limit_is_not_found_for_it() {
        let settings = Settings::new(&Limits::default(), false, false);
        let engine = SharedEngine::new(settings, false, None).expect("an engine");
        let key = |limits: &Limits| Key::new(&engine, &blake3::hash(b""), None, limits);
        let first = key(&Limits::default());
        // These limits are checked against the guest's file or the compiled code each time it
        // is loaded.
        let others = ["file_size", "text_size", "compiled_size", "compile_time", "compile_memory"];
        let last_of_calls = Limits::NAMES.iter().position(|name| *name == "stack").expect("stack");
        for (index, name) in Limits::NAMES.iter().enumerate() {
            let mut limits = Limits::default();
            let set = ["7", "7s"].iter().any(|value| limits.set(name, value).is_ok());
            assert!(set, "{name}");
            let is_scanned = index > last_of_calls && !others.contains(name);
            assert_eq!(first != key(&limits), is_scanned, "{name}");
        }
    }

    #[test]
    fn names_of_entries() {
        let name = Key(blake3::hash(b"")).to_string();
        assert!(Key::is_name(&name));
        assert!(!Key::is_name(&name[1..]) && !Key::is_name(&name.to_uppercase()));
        assert!(!Key::is_name("") && !Key::is_name("key"));
    }
}
