//! The languages that there are projects for: one table of the modules here, each of which has the
//! [`Details`] of one or more languages.

mod details;
mod templates;

use std::fmt;
use std::str::FromStr;

use crate::File;
use crate::error::ProjectError;
use crate::stubs::Stubs;
use crate::stubs::exports::World;
use details::{Details, Stubbing};
use rust::cargo;
use wit_host_wit::Contract;

/// Declares the modules of the languages, the enum of all of them, and where the details of each are.
macro_rules! languages {
    ($($module:ident { $($(#[$doc:meta])+ $Language:ident: $DETAILS:ident,)+ })+) => {
        $(pub(crate) mod $module;)+

        /// A language, and the way in which guests are made in it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Language {
            $($($(#[$doc])+ $Language,)+)+
        }

        impl Language {
            /// Every language.
            pub const ALL: &[Self] = &[$($(Self::$Language,)+)+];

            pub(crate) fn details(self) -> &'static Details {
                match self {
                    $($(Self::$Language => &$module::$DETAILS,)+)+
                }
            }
        }
    };
}

languages! {
    rust {
        /// A component, by the crate wit-bindgen.
        Rust: DETAILS,
        /// A component without the standard library, by the crate wit-bindgen.
        RustSmall: SMALL,
    }
    c {
        /// A component, by `wit-bindgen c`.
        C: DETAILS,
        /// A component in C++, by `wit-bindgen c`.
        Cpp: CPP,
    }
    go {
        /// A component, by the plain Go compiler.
        Go: DETAILS,
    }
    python {
        /// A component, by componentize-py.
        Python: DETAILS,
    }
    javascript {
        /// A component in JavaScript, by componentize-js.
        Js: STARLINGMONKEY,
        /// A component in JavaScript, by componentize-qjs.
        QuickJs: QUICKJS,
    }
    typescript {
        /// A component in TypeScript, by componentize-js.
        Ts: DETAILS,
    }
    core_modules {
        /// A core module.
        AssemblyScript: ASSEMBLYSCRIPT,
        /// A core module in C.
        CModule: C,
        /// A core module.
        Zig: ZIG,
        /// A core module in WebAssembly's own text format.
        Text: TEXT,
    }
}

const ONLY_SHIPPED: &str = "there is one for the shipped contract only; make it with \
                            `Project::shipped`, or take `rust`, and then what is in `rust-small`";
const IN_TEXT: &str = "a guest in the text format is written by hand; make it with `Project::shipped`, or take \
                       `c-module` or `zig`, whose guests are core modules as well";

impl Language {
    /// Returns the name of the language, which [`FromStr`] reads. It also reads `javascript` for
    /// `js`, `typescript` for `ts`, and `c++` for `cpp`.
    pub fn name(self) -> &'static str {
        self.details().name
    }

    /// Returns what is made in the language, and with which tool.
    pub fn summary(self) -> &'static str {
        self.details().summary
    }

    /// Returns whether guests in the language are components. Others are core modules, which import
    /// the contract's functions from `env`.
    pub fn is_component(self) -> bool {
        self.details().is_component
    }

    pub(crate) fn build_command(self) -> &'static str {
        self.details().build
    }

    /// Returns the path of the guest that the build makes, in the project's folder.
    pub(crate) fn output(self, name: &str) -> String {
        self.details().output.replace("NAME", &name.replace('-', "_"))
    }

    /// Returns the files of the language's guest as those of a project. For a world of another
    /// contract, the sources are left out, because they are made from its WIT. The README is left
    /// out for a guest that cargo builds, because it is about the workspace of the guests.
    pub(crate) fn template(self, name: &str, world: Option<&str>) -> Vec<File> {
        let details = self.details();
        let is_kept = |path: &str| match path {
            "README.md" => world.is_none() && self.file("Makefile").is_some(),
            path => world.is_none() || !details.sources.contains(&path),
        };
        let kept = details.files.iter().filter(|(path, _)| is_kept(path));
        kept.flat_map(|(path, text)| match *path {
            "Cargo.toml" => cargo::files(name, text),
            path => vec![File::new(path, details.adjusted(path, text, name, world))],
        })
        .collect()
    }

    /// Returns a file of the language's guest.
    pub(crate) fn file(self, name: &str) -> Option<&'static str> {
        let files = self.details().files.iter();
        files.copied().find_map(|(path, text)| (path == name).then_some(text))
    }

    /// Returns the source for a contract.
    pub(crate) fn stubs(self, contract: &Contract) -> Result<Stubs, ProjectError> {
        let wrong =
            |reason| ProjectError::World { language: self.name(), world: contract.name(), reason };
        let stubs = match self.details().stubs {
            Stubbing::Made(stubs) => stubs,
            Stubbing::Shipped => return Err(wrong(ONLY_SHIPPED.into())),
            Stubbing::Text => return Err(wrong(IN_TEXT.into())),
        };
        let world = World::new(contract);
        match world.mismatch() {
            Some(mismatch) => Err(wrong(mismatch)),
            None => stubs(&world, &contract.selector()).map_err(wrong),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let name = match name {
            "javascript" => "js",
            "typescript" => "ts",
            "c++" => "cpp",
            name => name,
        };
        let found = Self::ALL.iter().find(|language| language.name() == name).copied();
        found.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|language| language.name()).collect();
            format!("there is no such language; there are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_is_replaced_is_there() {
        assert_eq!("javascript".parse(), Ok(Language::Js));
        assert_eq!("typescript".parse(), Ok(Language::Ts));
        assert_eq!("c++".parse(), Ok(Language::Cpp));
        for language in Language::ALL {
            assert_eq!(language.name().parse(), Ok(*language));
            for (path, from, _) in language.details().replaced {
                let file = language.details().files.iter().find(|(file, _)| file == path);
                let (_, text) = file.unwrap_or_else(|| panic!("{language} has no {path}"));
                assert!(text.contains(from), "{language}: {path} has no {from}");
            }
        }
    }

    #[test]
    fn the_files_are_those_that_git_has() {
        for language in Language::ALL {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../guest/").to_owned();
            let folder = folder + language.details().folder;
            let listed = Command::new("git").args(["ls-files"]).current_dir(&folder).output();
            let listed = String::from_utf8(listed.expect("git").stdout).expect("names");
            let mut files: Vec<_> =
                language.details().files.iter().map(|(path, _)| *path).collect();
            files.sort_unstable();
            assert_eq!(files, listed.lines().collect::<Vec<_>>(), "{folder}");
        }
    }

    #[test]
    fn no_file_has_the_contract_elsewhere() {
        for language in Language::ALL {
            for file in language.template("my-guest", None) {
                let text = String::from_utf8(file.content).expect("text");
                assert!(!text.contains("../wit"), "{language}: {}\n{text}", file.path);
            }
        }
    }
}
