//! Makes the Cargo.toml of a Rust project. A guest in `guest/` inherits package fields, the release
//! profile and the lock file from its workspace, and a project on its own needs them in its own
//! files. A Makefile is added, as in the projects of other languages.

use crate::File;

const WORKSPACE: &str = include_str!("../../../templates/Cargo.toml.in");
const LOCK: &str = include_str!("../../../templates/Cargo.lock.in");

/// The package fields of our guests that a new project does not get.
const OURS: &[&str] = &["description", "license", "publish"];

/// Returns Cargo.toml and its companions for a project that is made from a member of the workspace.
/// The locked versions are those that the guests are tested with. cargo removes the ones that the
/// project does not need.
pub(crate) fn files(name: &str, member: &'static str) -> Vec<File> {
    vec![
        File::new("Cargo.toml", manifest(name, member)),
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

fn manifest(name: &str, member: &'static str) -> String {
    let mut manifest = String::new();
    for (heading, body) in sections(member) {
        if heading.starts_with("[package.metadata") {
            continue;
        }
        manifest += heading;
        manifest.push('\n');
        for line in body {
            let key = line.split([' ', '.']).next().unwrap_or_default();
            if line.starts_with("name = ") {
                manifest += &format!("name = \"{name}\"\n");
            } else if !OURS.contains(&key) && !line.starts_with('#') {
                manifest += &format!("{}\n", inherited(line).unwrap_or(line));
            }
        }
    }
    let profile = sections(WORKSPACE).find(|(heading, _)| *heading == "[profile.release]");
    let (heading, body) = profile.unwrap_or_default();
    // Function names are kept, because the stack of a failure needs them.
    let body = body.join("\n").replace("strip = true", "strip = \"debuginfo\"");
    let manifest = manifest.trim_end();
    format!(
        "{manifest}\n\n{heading}\n{}\n\n# No part of the workspace that it may lie in.\n[workspace]\n",
        body.trim_end()
    )
}

/// Returns the line of the workspace that a line such as `edition.workspace = true` stands for.
fn inherited(line: &str) -> Option<&'static str> {
    let key = line.strip_suffix(".workspace = true")?;
    let (_, package) =
        sections(WORKSPACE).find(|(heading, _)| *heading == "[workspace.package]")?;
    package.into_iter().find(|line| line.starts_with(&format!("{key} = ")))
}

/// Returns the headings of a TOML file with the lines below each.
fn sections(text: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let lines: Vec<_> = text.lines().collect();
    let starts: Vec<_> = (0..lines.len()).filter(|index| lines[*index].starts_with('[')).collect();
    let ends: Vec<_> = starts.iter().skip(1).copied().chain([lines.len()]).collect();
    starts
        .into_iter()
        .zip(ends)
        .map(move |(start, end)| (lines[start], lines[start + 1..end].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_needs_no_workspace() {
        let member = include_str!("../../../templates/component/Cargo.toml.in");
        let manifest = manifest("my-guest", member);
        for part in ["[package]\nname = \"my-guest\"\n", "edition = \"20", "[lib]\n", "lto = true"]
        {
            assert!(manifest.contains(part), "{part} is not in\n{manifest}");
        }
        for part in ["workspace = true", "metadata", "license", "description", "\n\n\n"] {
            assert!(!manifest.contains(part), "{part} is in\n{manifest}");
        }
    }
}
