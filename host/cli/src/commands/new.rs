//! `wit-host new`: makes a project for a guest in a language of the author's choice.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use clap::Args;
use wit_host_scaffold::{Commands, Language, Project};

use crate::options::Usage;
use crate::options::features::FeatureOptions;
use crate::output::print;
use crate::status::{Status, shown_path};

/// Make a guest's project, ready to be built
///
/// It does what the guests of this host's contract do, or has each export of a contract
/// of yours, with a plain result until it is filled in. Nothing is installed and nothing
/// is built; `wit-host doctor` tells what building it needs.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host new greeter --lang rust
  wit-host new shopper --lang rust --wit wit --world customer
  wit-host new greeter --lang rust --tests
  wit-host new --list")]
pub(crate) struct New {
    /// The folder to make, whose last part is the project's name; `.` is this one, which has
    /// to be empty, but for a repository of Git's
    #[arg(required_unless_present = "list")]
    name: Option<PathBuf>,

    /// The language; `--list` has them
    #[arg(long, value_name = "LANGUAGE", value_parser = language(), required_unless_present = "list")]
    lang: Option<Language>,

    /// A contract of yours, as a WIT file or a folder of WIT files; without it, this
    /// host's own
    #[arg(long, value_name = "FOLDER")]
    wit: Option<PathBuf>,

    /// The world of that contract, where it has more than one
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    #[command(flatten)]
    features: FeatureOptions,

    /// Add tests that pass once the guest is built, and a fixture with an answer for each
    /// import; `wit-host test` runs them
    #[arg(long)]
    tests: bool,

    /// Print the languages, and make nothing
    #[arg(long, conflicts_with_all = ["name", "lang", "wit"])]
    list: bool,
}

impl New {
    pub(crate) fn execute(&self) -> Result<Status> {
        let (Some(folder), Some(language)) = (&self.name, self.lang) else {
            print(&list())?;
            return Ok(Status::Guest(0));
        };
        let name = &name(folder)?;
        let project = match &self.wit {
            Some(wit) => {
                let package = self.features.read(wit)?;
                Project::of_package(name, language, &package, self.world.as_deref())?
            }
            None => Project::shipped(name, language, wit_host_contract::WIT)?,
        };
        let project = if self.tests { project.with_tests() } else { project };
        project.write(folder)?;
        print(&next(folder, language, project.commands()))?;
        Ok(Status::Guest(0))
    }
}

/// Parses a language. Help and completions get the list of languages from here.
pub(crate) fn language() -> impl clap::builder::TypedValueParser<Value = Language> {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
    let values = Language::ALL.iter().map(|language| {
        let value = PossibleValue::new(language.name()).help(language.summary());
        match language {
            Language::Js => value.alias("javascript"),
            Language::Cpp => value.alias("c++"),
            _ => value,
        }
    });
    PossibleValuesParser::new(values).try_map(|name| name.parse::<Language>())
}

/// Returns the last part of the folder's path. For `.` it is taken from the current folder.
fn name(folder: &Path) -> Result<String> {
    let is_here = folder.components().all(|part| part == Component::CurDir);
    let whole = if is_here { std::env::current_dir()? } else { folder.to_owned() };
    let name = whole.file_name().and_then(|name| name.to_str());
    let reason = || {
        format!(
            "`{}` ends with no name for a project; give for example `my-guest`",
            shown_path(folder)
        )
    };
    Ok(name.ok_or_else(|| Usage::new(reason()))?.to_owned())
}

fn list() -> String {
    let width = Language::ALL.iter().map(|language| language.name().len()).max();
    let width = width.unwrap_or_default();
    Language::ALL
        .iter()
        .map(|language| format!("{:width$}  {}\n", language.name(), language.summary()))
        .collect()
}

fn next(folder: &Path, language: Language, commands: &Commands) -> String {
    let Commands { build, check, run, test, .. } = commands;
    let test = test.as_ref().map(|test| format!("  {test}\n")).unwrap_or_default();
    let folder = shown_path(folder);
    let summary = language.summary();
    let quoted = shlex::try_quote(&folder).unwrap_or(folder.as_str().into());
    let cd = if folder == "." { String::new() } else { format!("  cd {quoted}\n") };
    format!("{folder}: {summary}\n\n{cd}  {build}\n  {check}\n  {run}\n{test}")
}
