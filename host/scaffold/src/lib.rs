//! New guests: a project in one of many languages, ready to be built, for the shipped
//! contract or for one in WIT of the caller's. The languages' files are those of the
//! guests in `guest/`, which are part of this library. It runs no tool, and prints
//! nothing.

mod error;
mod host_file;
mod languages;
mod name;
mod readme;
mod stubs;
mod tests;
mod tools;
mod wit_files;

use std::fs;
use std::path::Path;

pub use error::ProjectError;
use error::Result;
pub use languages::Language;
use languages::core_modules;
use stubs::exports;
pub use tools::{Needed, Tool};
use wit_host_text::contain::contained;
use wit_host_wit::{Contract, Features, Package};

/// A guest's project that is yet to be written.
///
/// ```
/// use wit_host_scaffold::{Language, Project};
///
/// let project = Project::shipped("greeter", Language::Rust, "package shop:prices; world plugin {}")?;
/// assert!(project.files().any(|file| file.path == "src/lib.rs"));
/// assert_eq!(project.commands().build, "make");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Project {
    name: String,
    files: Vec<File>,
    /// The files of its tests, which are written if they are asked for.
    tests: Vec<File>,
    commands: Commands,
}

/// One file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is in the project's folder, with `/` between the parts.
    pub path: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// What a guest's author types in the project's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commands {
    /// Builds the guest.
    pub build: String,
    /// Asks whether it fits.
    pub check: String,
    /// Calls it.
    pub run: String,
    /// Runs its tests, if the project has some.
    pub test: Option<String>,
}

impl Project {
    /// Creates a project for the shipped contract, whose guest does what the one in `guest/` does.
    ///
    /// # Errors
    /// [`ProjectError::Name`] if no project can have the name.
    pub fn shipped(name: &str, language: Language, contract: &str) -> Result<Self> {
        name::check(name)?;
        let mut files = language.template(name, None);
        if language.is_component() {
            files.push(File::new("wit/contract.wit", contract));
        }
        let commands = Commands::shipped(name, language);
        if files.iter().all(|file| file.path != "README.md") {
            files.push(readme::shipped(name, language, &commands));
        }
        let tests = tests::shipped(name, language);
        Ok(Self { name: name.into(), files, tests, commands })
    }

    /// Creates a project for a contract in a WIT file, or in a folder with a package and the
    /// packages that it needs in `deps`. The source has every export of the world, which returns a
    /// plain value until it is filled in. The world may be left out if there is only one.
    ///
    /// # Errors
    /// [`ProjectError::Name`] if no project can have the name, [`ProjectError::World`] if a project
    /// in the language cannot have the world's exports, and [`ProjectError::Contract`] if the WIT
    /// cannot be read.
    pub fn of_contract(
        name: &str,
        language: Language,
        wit: &Path,
        world: Option<&str>,
    ) -> Result<Self> {
        Self::of_package(name, language, &Package::read(wit, &Features::default())?, world)
    }

    /// Creates a project for a world of a package, of which nothing is behind a gate any more.
    ///
    /// # Errors
    /// Those of [`Project::of_contract`].
    pub fn of_package(
        name: &str,
        language: Language,
        package: &Package,
        world: Option<&str>,
    ) -> Result<Self> {
        contained("make the project", || Self::made(name, language, package.contract(world)?))
    }

    fn made(name: &str, language: Language, contract: Contract) -> Result<Self> {
        name::check(name)?;
        let stubs = language.stubs(&contract)?;
        let commands = Commands::of_contract(name, language, &contract);
        let mut files = language.template(name, Some(&contract.selector()));
        files.extend(stubs.files);
        files.push(readme::of_contract(name, language, &contract, &commands));
        files.extend(wit_files::of(&contract)?);
        files.extend(host_file::of(&contract));
        let tests = tests::of_contract(name, language, &contract);
        Ok(Self { name: name.into(), files, tests, commands })
    }

    /// Adds tests to the project: a file of tests that pass as soon as the guest is built, and a
    /// fixture with an answer for each import that has a plain one.
    #[must_use]
    pub fn with_tests(mut self) -> Self {
        self.files.append(&mut self.tests);
        self.commands.test = Some("wit-host test".into());
        self
    }

    /// Returns the files of the project.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// Returns the commands that the guest's author types next.
    pub fn commands(&self) -> &Commands {
        &self.commands
    }

    /// Writes the project into a folder, which is made, or has to be empty except for `.git`.
    ///
    /// # Errors
    /// [`ProjectError::Occupied`] if the folder has something in it, and [`ProjectError::Write`] if
    /// it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ProjectError::Write { path, source }
        };
        let occupied = || ProjectError::Occupied { folder: folder.into() };
        if folder.exists() && !folder.is_dir() {
            return Err(occupied());
        }
        fs::create_dir_all(folder).map_err(failed(folder))?;
        for entry in fs::read_dir(folder).map_err(failed(folder))? {
            // A repository can be made before what is to be in it.
            if entry.map_err(failed(folder))?.file_name() != ".git" {
                return Err(occupied());
            }
        }
        for File { path, content } in &self.files {
            let path = folder.join(path);
            let within = path.parent().unwrap_or(folder);
            fs::create_dir_all(within).map_err(failed(within))?;
            fs::write(&path, content).map_err(failed(&path))?;
        }
        Ok(())
    }

    /// Returns the name of the project.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl File {
    pub(crate) fn new(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: content.into() }
    }
}

impl Commands {
    fn shipped(name: &str, language: Language) -> Self {
        let guest = language.output(name);
        Self {
            build: language.build_command().into(),
            check: format!("wit-host check {guest}"),
            run: format!("wit-host run {guest}"),
            test: None,
        }
    }

    /// A guest whose imports have no default values runs in another host.
    fn of_contract(name: &str, language: Language, contract: &Contract) -> Self {
        let (guest, world) = (language.output(name), contract.selector().replace('%', ""));
        Self {
            build: language.build_command().into(),
            check: format!("wit-host check --wit wit --world {world} {guest}"),
            run: match call(language, contract).filter(|_| host_file::of(contract).is_some()) {
                Some((option, call)) => format!("wit-host call {option}{guest} {call}"),
                None => format!("wit-host inspect --wit wit --world {world} {guest}"),
            },
            test: None,
        }
    }
}

/// Returns a call of the guest, with the option that it takes.
fn call(language: Language, contract: &Contract) -> Option<(&'static str, String)> {
    if language.is_component() {
        return Some(("", readme::example(contract)?));
    }
    let (call, has_text) = core_modules::example(&exports::World::new(contract))?;
    Some((if has_text { "--abi cstring " } else { "" }, call))
}
