//! Reads and checks the whole file, and answers what holds for a guest. It does not do anything of
//! what the file says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use wit_host_binary::limits::Limits;
use wit_host_text::shown;

use crate::document::{self, Document};
use crate::error::ConfigError;
use crate::grants::Grants;
use crate::located::{At, Place, Problem};
use crate::names::unknown;
use crate::paths;
use crate::provider::Provider;
use crate::toml_text::from_toml;

/// The size of the largest file that is read, in bytes. It is more than a person would write.
const LARGEST: u64 = 1 << 20;

/// A host file whose contents are well-formed and stay within its folder. Reading it starts, opens
/// and grants nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HostFile {
    /// The path of the file, as the caller gave it.
    pub path: PathBuf,
    /// The contract, or `None` for the one that the host is built with.
    pub contract: Option<ContractSource>,
    /// The names of parameters and fields whose values are left out of recordings.
    pub redact: Vec<At<String>>,
    /// The imports and what serves them, sorted by name.
    pub imports: Vec<Import>,
    /// The grants of guests that the file does not name.
    pub grants: Grants,
    /// The limits that the file sets, sorted by name.
    pub limits: Vec<At<Limit>>,
    /// The guests that the file names.
    pub guests: BTreeMap<String, NamedGuest>,
    text: String,
    base: Limits,
}

/// The source of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractSource {
    /// A WIT file, or a folder with a package.
    pub wit: PathBuf,
    /// The world. It may be left out if the package has only one.
    pub world: Option<String>,
    /// Where the file says so.
    pub place: Place,
}

/// An import and what serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The name: an interface, a function of one, `env`, or a function of `env`.
    pub name: String,
    /// What serves it.
    pub provider: Provider,
    /// Where the file says so.
    pub place: Place,
}

/// A limit that the file sets. The limit exists, and the value is valid for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The name of the limit, with `-` between words.
    pub name: String,
    /// The value, in the form that [`Limits::set`] takes.
    pub value: String,
}

/// A guest that the file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedGuest {
    /// The path of the guest.
    pub file: PathBuf,
    /// What the guest may access, which is at most what the file grants.
    pub grants: Grants,
    /// The limits that are lower for this guest.
    pub limits: Vec<At<Limit>>,
    /// Where the file names it.
    pub place: Place,
}

impl HostFile {
    /// Reads a file. `base` are the limits that apply unless the file sets others.
    ///
    /// # Errors
    /// [`ConfigError::Read`], and those of [`HostFile::parse`].
    pub fn read(path: &Path, base: &Limits) -> Result<Self, ConfigError> {
        let failed = |source| ConfigError::Read { path: path.into(), source };
        let mut text = String::new();
        let file = File::open(path).map_err(failed)?;
        // One byte more than is allowed, so that a longer file can be told from one that fits.
        file.take(LARGEST + 1).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > LARGEST {
            return Err(failed(io::Error::other("it is larger than 1 MiB")));
        }
        Self::parse(path, &text, base)
    }

    /// Reads the text of a file. `path` is the path of the file.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`], with the first place in the file that is wrong.
    pub fn parse(path: &Path, text: &str, base: &Limits) -> Result<Self, ConfigError> {
        let document = from_toml(text);
        let file = document.and_then(|document| Self::of(path, text, base, &document));
        file.map_err(|Problem { start, reason }| {
            let Place { line, column } = Place::of(text, start);
            ConfigError::Invalid { path: path.into(), line, column, reason }
        })
    }

    fn of(path: &Path, text: &str, base: &Limits, document: &Document) -> Result<Self, Problem> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let contract = document.contract.as_ref().map(|contract| {
            let wit = contract.wit.map(text, |wit| paths::within(folder, wit))?;
            let world = contract.world.clone();
            Ok(ContractSource { wit: wit.value, world, place: wit.place })
        });
        let imports = document.imports.iter().map(|(name, import)| {
            let provider = Provider::of(import, folder, text)?;
            let At { value: name, place } = name.map(text, |name| import_name(name))?;
            Ok(Import { name, provider, place })
        });
        let grants = Grants::of(&document.grants, folder, text)?;
        let limits = limits(&document.limits, text)?;
        let mut file = Self {
            path: path.into(),
            contract: contract.transpose()?,
            redact: document.redact.iter().map(|name| name.at(text)).collect(),
            imports: imports.collect::<Result<_, _>>()?,
            grants,
            limits,
            guests: BTreeMap::new(),
            text: text.into(),
            base: base.clone(),
        };
        // Last, because what a guest gets is compared with what the file as a whole grants and
        // allows.
        for (name, guest) in &document.guests {
            let At { value, place } = name.map(text, |name| guest_name(name))?;
            let written = &guest.file;
            let within = written.map(text, |file| paths::within(folder, file))?;
            let grants = file.grants.narrowed(&guest.grants, folder, text)?;
            let limits = file.lowered(&guest.limits, text)?;
            let guest = NamedGuest { file: within.value, grants, limits, place };
            file.guests.insert(value, guest);
        }
        Ok(file)
    }

    /// Reads the limits of a named guest. None of them may allow more than the file's.
    fn lowered(&self, written: &document::Limits, text: &str) -> Result<Vec<At<Limit>>, Problem> {
        let lowered = limits(written, text)?;
        let ours = self.limits(None);
        for (limit, name) in lowered.iter().zip(written.0.keys()) {
            // The limits are compared as values, because `1MiB` and `1024KiB` are one limit in two
            // texts.
            let mut its = ours.clone();
            set(&mut its, &limit.value);
            if !its.raised_above(&ours).is_empty() {
                return Err(name.problem(format!(
                    "a guest's limits may be lower than those of `[limits]`, and not higher: \
                     `{}` is {} there",
                    limit.value.name,
                    value_of(&ours, &limit.value.name)
                )));
            }
        }
        Ok(lowered)
    }

    /// Returns the folder that the file's paths are relative to. It is empty if the file's path has
    /// no folder.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Returns the limits of a named guest, or those of all other guests.
    pub fn limits(&self, guest: Option<&str>) -> Limits {
        let mut limits = self.base.clone();
        let own = guest.and_then(|name| self.guests.get(name));
        let own = own.into_iter().flat_map(|guest| &guest.limits);
        self.limits.iter().chain(own).for_each(|limit| set(&mut limits, &limit.value));
        limits
    }

    /// Returns the grants of a named guest, or those of all other guests.
    pub fn grants(&self, guest: Option<&str>) -> &Grants {
        guest.and_then(|name| self.guests.get(name)).map_or(&self.grants, |guest| &guest.grants)
    }

    /// Creates an error at a place in the file, for problems that only a host can find.
    pub fn invalid(&self, place: Place, reason: impl Into<String>) -> ConfigError {
        let Place { line, column } = place;
        ConfigError::Invalid { path: self.path.clone(), line, column, reason: reason.into() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn base(&self) -> &Limits {
        &self.base
    }
}

pub(crate) fn limits(written: &document::Limits, text: &str) -> Result<Vec<At<Limit>>, Problem> {
    let names: Vec<_> = Limits::NAMES.iter().map(|name| name.replace('_', "-")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut set = Vec::new();
    for (name, value) in &written.0 {
        if !names.contains(&name.value.as_str()) {
            return Err(name.problem(unknown("limit", &name.value, &names)));
        }
        let own = &name.value;
        Limits::default()
            .set(own, &value.value.0)
            .map_err(|reason| value.problem(format!("`{own}`: {}", shown(&reason))))?;
        let limit = Limit { name: own.clone(), value: value.value.0.clone() };
        set.push(At { value: limit, place: name.place(text) });
    }
    Ok(set)
}

/// Sets a limit. This cannot fail, because the value was checked when the file was read.
pub(crate) fn set(limits: &mut Limits, limit: &Limit) {
    let set = limits.set(&limit.name, &limit.value);
    debug_assert!(set.is_ok(), "{limit:?}: {set:?}");
}

pub(crate) fn value_of(limits: &Limits, name: &str) -> String {
    let name = name.replace('-', "_");
    let mut shown = limits.shown().into_iter();
    shown.find(|(own, _)| *own == name).map_or(String::new(), |(_, value)| value)
}

fn import_name(name: &str) -> Result<String, String> {
    let is_odd = |character: char| character.is_whitespace() || character.is_control();
    if name.is_empty() || name.contains(is_odd) {
        return Err(format!(
            "`{}` is no import; give an interface (`shop:prices/prices`), a function of one, or \
             `env`",
            shown(name)
        ));
    }
    Ok(name.to_owned())
}

/// Checks the name of a guest. It must not look like a path, so that the command can distinguish
/// the two.
fn guest_name(name: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !begins || !name.bytes().all(is_plain) {
        return Err(format!(
            "`{}` is no name of a guest, which has letters, digits, `-` and `_`",
            shown(name)
        ));
    }
    Ok(name.to_owned())
}
