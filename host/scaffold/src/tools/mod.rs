//! Lists the tools that building guests in a language needs, and finds out which are installed and
//! new enough. It installs nothing.

mod needed;
mod program;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use needed::Needed;
pub(super) use program::{C_COMPILER, CARGO, MAKE, NODE, NPM, PYTHON, Program, WASIP2};

use super::Language;

/// A tool that a language's projects need.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tool {
    /// The name of the tool.
    pub name: &'static str,
    /// The versions that are accepted.
    pub needed: Needed,
    /// The installed version, or `None` if the tool is not installed.
    pub found: Option<String>,
    /// The command or the address to get the tool, or a newer version if it is too old. `None` if
    /// the build of a project installs the tool.
    pub install: Option<&'static str>,
}

impl Language {
    /// Returns the tools that projects in the language need: first those that have to be installed,
    /// and then those that the build of a project installs.
    pub fn tools(self) -> Vec<Tool> {
        let mut tools: Vec<_> = self.details().needs.iter().map(Program::look).collect();
        tools.extend(self.installed());
        tools
    }

    /// Returns the tools that the project's own files pin.
    fn installed(self) -> Vec<Tool> {
        let pinned = |name, version| Tool {
            name,
            needed: Needed::Exactly(version),
            found: None,
            install: None,
        };
        let mut tools = Vec::new();
        for line in self.file("requirements.txt").unwrap_or_default().lines() {
            tools.extend(line.split_once("==").map(|(name, version)| pinned(name, version)));
        }
        let packages = self.file("package.json").unwrap_or("{}");
        // It is a file of this crate's own, so that the tests notice if it cannot be read.
        let packages: NodePackages<'static> = serde_json::from_str(packages).unwrap_or_default();
        let all = packages.dependencies.into_iter().chain(packages.dev_dependencies);
        tools.extend(all.map(|(name, version)| pinned(name, version)));
        tools
    }
}

/// What a package.json pins.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NodePackages<'t> {
    #[serde(borrow)]
    dependencies: BTreeMap<&'t str, &'t str>,
    #[serde(borrow)]
    dev_dependencies: BTreeMap<&'t str, &'t str>,
}

impl Tool {
    /// Returns whether the tool has to be installed before a project can be built. It is then
    /// missing, or too old.
    pub fn is_missing(&self) -> bool {
        self.install.is_some() && (self.found.is_none() || self.is_too_old())
    }

    /// Returns whether the tool is installed in a version that is too old.
    pub fn is_too_old(&self) -> bool {
        self.found.as_deref().is_some_and(|found| self.needed.is_later_than(found))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_missing() {
        let tool = |found: Option<&str>, install| Tool {
            name: "node",
            needed: Needed::AtLeast { major: 20, minor: 0 },
            found: found.map(str::to_owned),
            install,
        };
        for (found, install, is_missing, is_too_old) in [
            (Some("20.1.0"), Some("there"), false, false),
            (Some("18.20.4"), Some("there"), true, true),
            (None, Some("there"), true, false),
            (None, None, false, false),
        ] {
            let tool = tool(found, install);
            assert_eq!(
                (tool.is_missing(), tool.is_too_old()),
                (is_missing, is_too_old),
                "{tool:?}"
            );
        }
    }

    #[test]
    fn every_language_needs_what_its_build_does() {
        for language in Language::ALL {
            let needs = language.details().needs;
            let Some(makefile) = language.file("Makefile") else {
                assert!(needs.len() > 1, "{language}");
                continue;
            };
            assert!(!language.installed().is_empty(), "{language} installs nothing");
            let line = makefile.lines().find_map(|line| line.strip_prefix("NEEDS := "));
            let named: BTreeSet<_> = line.unwrap_or_default().split(' ').collect();
            // `make` runs the build itself, and on some systems the linker for cargo has another
            // name.
            let programs =
                needs.iter().map(Program::command).filter(|name| !["make", "cc"].contains(name));
            assert_eq!(programs.collect::<BTreeSet<_>>(), named, "{language}");
        }
    }
}
