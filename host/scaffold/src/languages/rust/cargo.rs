//! Makes the Cargo.toml of a Rust project. A guest in `guest/` inherits package fields, the release
//! profile and the lock file from its workspace, and a project on its own needs them in its own
//! files. A Makefile is added, as in the projects of other languages.

use toml_edit::{DocumentMut, Item, Table, TomlError, value};

use crate::File;

const WORKSPACE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/Cargo.toml.in"));
const LOCK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/Cargo.lock.in"));

/// The package fields of our guests that a new project does not get.
const OURS: &[&str] = &["description", "license", "publish", "metadata"];

/// Returns Cargo.toml and its companions for a project that is made from a member of the workspace.
/// The locked versions are those that the guests are tested with. cargo removes the ones that the
/// project does not need.
pub(crate) fn files(name: &str, member: &'static str) -> Vec<File> {
    // Both manifests are files of this crate's own, so that the tests notice if they cannot be read.
    let manifest = manifest(name, member).unwrap_or_default();
    vec![
        File::new("Cargo.toml", manifest.to_string()),
        File::new("Cargo.lock", LOCK),
        File::new(".gitignore", "/target\n/guest.wasm\n"),
        File::new("Makefile", MAKEFILE.replace("NAME", &name.replace('-', "_"))),
    ]
}

/// A Makefile that puts the guest into the same place as in other languages.
const MAKEFILE: &str = "\
# `make` has cargo build the guest below TARGET, and puts it into OUT.

OUT ?= guest.wasm
TARGET ?= $(or $(CARGO_TARGET_DIR),target)

.PHONY: build clean
build:
\t@rm -f $(OUT)
\tcargo build --release --target wasm32-wasip2 --target-dir $(TARGET)
\t@cp $(TARGET)/wasm32-wasip2/release/NAME.wasm $(OUT)

clean:
\trm -rf $(TARGET) $(OUT)
";

/// Returns the manifest of a member of the workspace as that of a project on its own.
fn manifest(name: &str, member: &str) -> Result<DocumentMut, TomlError> {
    let workspace: DocumentMut = WORKSPACE.parse()?;
    let mut manifest: DocumentMut = member.parse()?;
    let shared = workspace["workspace"]["package"].as_table();
    if let Some(package) = manifest["package"].as_table_mut() {
        OURS.iter().for_each(|key| drop(package.remove(key)));
        for (key, field) in package.iter_mut() {
            let inherited = shared.and_then(|shared| shared.get(&key));
            if let (true, Some(inherited)) = (is_inherited(field), inherited) {
                *field = inherited.clone();
            }
        }
        package["name"] = value(name);
    }
    let profile = &mut manifest["profile"];
    *profile = workspace["profile"].clone();
    // Function names are kept, because the stack of a failure needs them.
    profile["release"]["strip"] = value("debuginfo");
    if let Some(release) = profile["release"].as_table_mut() {
        // Its place in the workspace's file would be among the sections here.
        release.set_position(Some(isize::MAX));
    }
    let mut alone = Table::new();
    alone.decor_mut().set_prefix("\n# No part of the workspace that it may lie in.\n");
    manifest["workspace"] = Item::Table(alone);
    Ok(manifest)
}

/// Returns whether a field is `KEY.workspace = true`.
fn is_inherited(field: &Item) -> bool {
    field.get("workspace").and_then(Item::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn a_project_needs_no_workspace() {
        for language in [Language::Rust, Language::RustSmall] {
            let member = language.file("Cargo.toml").expect("a manifest");
            let manifest = manifest("my-guest", member).expect("TOML").to_string();
            for part in
                ["[package]\nname = \"my-guest\"\n", "edition = \"20", "[lib]\n", "lto = true"]
            {
                assert!(manifest.contains(part), "{part} is not in\n{manifest}");
            }
            let order: Vec<_> = manifest.lines().filter(|line| line.starts_with('[')).collect();
            let expected =
                ["[package]", "[lib]", "[dependencies]", "[profile.release]", "[workspace]"];
            assert_eq!(order, expected);
            for part in ["workspace = true", "metadata", "license", "description", "\n\n\n"] {
                assert!(!manifest.contains(part), "{part} is in\n{manifest}");
            }
        }
    }
}
