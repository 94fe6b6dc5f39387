//! The manifest of a compiled guest: what the guest needs, for people and programs that decide
//! where it is sent, and for the runtime that runs it. It does not know the file around it.

use std::env::consts::{ARCH, OS};
use wit_host_binary::blake3;

use serde::{Deserialize, Serialize};

use crate::engine::processor::{Processor, has_all};
use crate::engine::settings::Settings;
use crate::engine::shared::SharedEngine;
use wit_host_binary::kind::Kind;
use wit_host_text::shown;

/// The engine that this library is built with.
const ENGINE: &str = "wasmtime 48.0.8";

/// The context of the hash in [`compatibility`]. It changes with the format of the file.
const PURPOSE: &str = "wit-host 0.1 what compiled guests need, second form";

/// What a compiled guest needs. If the manifest was read from a file, its texts are not checked,
/// and say what the file says. Its JSON, which is also what the file contains, is one object with
/// the fields as keys.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Whether the guest is a component or a core module. In JSON it is the text of [`Kind::name`].
    #[serde(with = "kind")]
    pub kind: Kind,
    /// The engine and its version.
    pub engine: String,
    /// The processor architecture and the operating system, such as `x86_64-linux`.
    pub target: String,
    /// The processor that the code is made for: `native` for the one that compiled it, or one of
    /// [`Processor::NAMES`].
    pub processor: String,
    /// The processor features that the code needs beyond the base of its architecture, with their
    /// names in Rust.
    pub features: Vec<String>,
    /// A hash of everything else that has to be equal to run the code: the engine's version and
    /// settings.
    pub compatibility: String,
    /// Whether the code counts fuel.
    pub fuel: bool,
    /// Whether runs are deterministic.
    pub deterministic: bool,
    /// Whether the guest may hold values of the host (`externref`).
    pub host_values: bool,
    /// What the host has to serve: interfaces, functions, or imports such as `env.add`.
    pub imports: Vec<String>,
    /// The hash (BLAKE3) of the guest's binary form.
    pub guest: String,
    /// The hash (BLAKE3) of the code.
    pub code: String,
}

impl Manifest {
    pub(super) fn new(
        engine: &SharedEngine,
        kind: Kind,
        binary: &[u8],
        code: &[u8],
        imports: Vec<String>,
    ) -> Self {
        Self {
            kind,
            engine: ENGINE.into(),
            target: target(),
            processor: engine.settings.processor.to_string(),
            features: engine.settings.processor.features().into_iter().map(Into::into).collect(),
            compatibility: compatibility(&engine.settings).to_string(),
            fuel: engine.settings.fuel,
            deterministic: engine.settings.deterministic,
            host_values: engine.settings.host_values,
            imports,
            guest: blake3::hash(binary).to_string(),
            code: blake3::hash(code).to_string(),
        }
    }

    /// Checks whether an engine can run the code.
    ///
    /// # Errors
    /// Why it cannot.
    pub(super) fn check(&self, engine: &SharedEngine) -> Result<(), String> {
        let settings = &engine.settings;
        let is_for = |of: &str, here: &str| format!("it is for {}, and this is {here}", shown(of));
        if self.engine != ENGINE {
            return Err(is_for(&self.engine, ENGINE));
        }
        if self.target != target() {
            return Err(is_for(&self.target, &target()));
        }
        if self.deterministic != settings.deterministic {
            return Err(other("`RuntimeBuilder::deterministic`", self.deterministic));
        }
        if self.fuel != settings.fuel {
            return Err(other("`Limits::fuel`", self.fuel));
        }
        if self.host_values != settings.host_values {
            return Err(other("`RuntimeBuilder::host_values`", self.host_values));
        }
        if self.compatibility != compatibility(settings).to_hex().as_str() {
            return Err("it is for an engine with other settings".into());
        }
        has_all(&self.features).map_err(|reason| {
            format!("it is for `{}`, and {reason}; compile it for less", shown(&self.processor))
        })
    }
}

/// Returns a hash of the engine's version and of the settings that affect code. The processor is
/// left out, because code for one processor may run on another; the manifest names the processor's
/// features instead.
fn compatibility(settings: &Settings) -> blake3::Hash {
    let settings = Settings { processor: Processor::Baseline, stack: 0, ..settings.clone() };
    let mut hasher = blake3::Hasher::new_derive_key(PURPOSE);
    hasher.update(ENGINE.as_bytes());
    hasher.update(settings.to_word().as_bytes());
    hasher.finalize()
}

fn target() -> String {
    format!("{ARCH}-{OS}")
}

fn other(setting: &str, set: bool) -> String {
    let [was, is] = if set { ["with", "without"] } else { ["without", "with"] };
    format!("it was compiled {was} {setting}, and is to be run {is}")
}

/// Writes and reads a guest's kind as its name.
mod kind {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use wit_host_binary::kind::Kind;

    pub(super) fn serialize<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
        kind.name().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
        let name = String::deserialize(from)?;
        let kind = [Kind::Component, Kind::Module].into_iter().find(|one| one.name() == name);
        kind.ok_or_else(|| D::Error::custom("no kind of guest"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wit_host_binary::limits::Limits;

    fn engine(fuel: bool, deterministic: bool) -> SharedEngine {
        let mut settings = Settings::new(&Limits::default(), deterministic, false);
        settings.fuel = fuel;
        SharedEngine::new(settings, false, None).expect("an engine")
    }

    #[test]
    fn the_engine_is_the_one_that_is_built_in() {
        let lock =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock"));
        let lock = lock.expect("the lock file of the workspace");
        let (name, version) = ENGINE.split_once(' ').expect("a name and a version");
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")));
    }

    #[test]
    fn a_manifest_survives_its_file() {
        let imports = vec!["math".into(), "env.add".into()];
        let manifest =
            Manifest::new(&engine(true, false), Kind::Module, b"guest", b"code", imports);
        let json = serde_json::to_string(&manifest).expect("JSON");
        assert!(json.starts_with(r#"{"kind":"core module","engine":"wasmtime "#), "{json}");
        assert_eq!(serde_json::from_str::<Manifest>(&json).expect("a manifest"), manifest);
        let other = json.replace("core module", "module");
        assert!(serde_json::from_str::<Manifest>(&other).is_err());
    }

    #[test]
    fn what_does_not_match_is_named() {
        let here = engine(false, false);
        let of = |fuel, deterministic| {
            Manifest::new(&engine(fuel, deterministic), Kind::Module, b"", b"", Vec::new())
        };
        let good = of(false, false);
        assert_eq!(good.check(&here), Ok(()));
        let cases = [
            (Manifest { engine: "x\u{1b}".into(), ..good.clone() }, "it is for x\\u{1b}, and this"),
            (Manifest { target: "z80-cpm".into(), ..good.clone() }, "it is for z80-cpm, and this"),
            (of(true, false), "it was compiled with `Limits::fuel`, and is to be run without"),
            (
                of(true, true),
                "it was compiled with `RuntimeBuilder::deterministic`, and is to be run without",
            ),
            (
                Manifest { host_values: true, ..good.clone() },
                "it was compiled with `RuntimeBuilder::host_values`, and is to be run without",
            ),
            (Manifest { compatibility: String::new(), ..good.clone() }, "other settings"),
            (
                Manifest { features: vec!["avx4096".into(), "sse3".into()], ..good },
                "it is for `native`, and the processor here lacks `avx4096`",
            ),
        ];
        for (manifest, reason) in cases {
            let error = manifest.check(&here).expect_err(reason);
            assert!(error.contains(reason), "{error}");
        }
        let plain = of(false, false).check(&engine(true, true)).expect_err("others");
        assert_eq!(
            plain,
            "it was compiled without `RuntimeBuilder::deterministic`, and is to be run with"
        );
    }
}
