//! Reads WIT from texts, files and folders. It does not know worlds, and passes the parser's
//! errors on.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use wit_parser::{PackageId, Resolve, SourceMap, UnresolvedPackageGroup};

use super::gates::{self, Features};
use super::size::Size;
use wit_host_text::{list, shown, shown_text};

/// A package that was read, with the packages that it needs.
pub(super) struct Source {
    pub resolve: Resolve,
    pub package: PackageId,
    /// The features of all gates, whether they are on or not.
    pub(super) gates: BTreeSet<String>,
    /// The items behind the gates of features that are off.
    pub(super) shut: BTreeMap<String, String>,
}

/// Reads a text, in which other packages may be nested.
///
/// # Errors
/// The reason with its place, if the text is not WIT.
pub(super) fn of_text(wit: &str, features: &Features) -> Result<Source, String> {
    let mut map = SourceMap::default();
    map.push_str("contract.wit", wit);
    let mut reader = Reader::new(features);
    let group = reader.parse(map)?;
    reader.finish(group, Vec::new())
}

/// Reads a file, or a folder with a package and the packages that it needs in `deps`.
///
/// # Errors
/// The reason with its place, if the path cannot be read or is not WIT.
pub(super) fn of_path(path: &Path, features: &Features) -> Result<Source, String> {
    if path.is_dir() && !has_wit(path) {
        let reason = "the folder has no file that ends with `.wit`; give one that has";
        return Err(reason.into());
    }
    if let Some(reason) = too_much(path) {
        return Err(reason);
    }
    let mut reader = Reader::new(features);
    if path.is_dir() {
        let group = reader.folder(path)?;
        let needed = reader.needed(&path.join("deps"))?;
        return reader.finish(group, needed);
    }
    match reader.file(path)? {
        Read::Text(group) => reader.finish(*group, Vec::new()),
        Read::Binary(package) => Ok(reader.done(package)),
    }
}

enum Read {
    Text(Box<UnresolvedPackageGroup>),
    /// A package in binary form, which is resolved already.
    Binary(PackageId),
}

struct Reader<'f> {
    resolve: Resolve,
    features: &'f Features,
    gates: BTreeSet<String>,
    shut: BTreeMap<String, String>,
    size: Size,
}

impl<'f> Reader<'f> {
    fn new(features: &'f Features) -> Self {
        let mut resolve = Resolve::default();
        features.turn_on(&mut resolve);
        let (gates, shut) = (BTreeSet::new(), BTreeMap::new());
        Self { resolve, features, gates, shut, size: Size::default() }
    }

    fn parse(&mut self, map: SourceMap) -> Result<UnresolvedPackageGroup, String> {
        let mut group = map.parse().map_err(|(map, error)| shown_text(&error.render(&map)))?;
        for package in [&mut group.main].into_iter().chain(&mut group.nested) {
            self.size.add(package)?;
            self.gates.extend(gates::named(package));
            gates::spread(package, self.features);
            self.shut.extend(gates::shut(package, self.features));
        }
        Ok(group)
    }

    fn folder(&mut self, folder: &Path) -> Result<UnresolvedPackageGroup, String> {
        let mut map = SourceMap::default();
        map.push_dir(folder).map_err(|error| shown_text(&format!("{error:#}")))?;
        self.parse(map)
    }

    fn file(&mut self, path: &Path) -> Result<Read, String> {
        let named =
            |reason| format!("failed to read `{}`: {reason}", shown(&path.display().to_string()));
        let bytes = fs::read(path).map_err(|error| named(error.to_string()))?;
        if wasmparser::Parser::is_component(&bytes) {
            let read = self.resolve.push_file(path);
            return read.map(Read::Binary).map_err(|error| self.words(&error));
        }
        let text = String::from_utf8(bytes).map_err(|_| named("it is no UTF-8 text".into()))?;
        let mut map = SourceMap::default();
        map.push(path, text);
        self.parse(map).map(Box::new).map(Read::Text)
    }

    /// Reads the packages in `deps`, each a folder or a file.
    fn needed(&mut self, deps: &Path) -> Result<Vec<UnresolvedPackageGroup>, String> {
        let mut groups = Vec::new();
        if !deps.exists() {
            return Ok(groups);
        }
        let failed = |error: std::io::Error| {
            format!("failed to read `{}`: {error}", shown(&deps.display().to_string()))
        };
        let entries = deps.read_dir().map_err(failed)?;
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        // The system lists a folder in any order, and an error should name the same file each time.
        paths.sort();
        for path in paths {
            let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
            if path.is_dir() {
                groups.push(self.folder(&path)?);
            } else if ["wit", "wat", "wasm"].contains(&extension)
                && let Read::Text(group) = self.file(&path)?
            {
                groups.push(*group);
            }
        }
        Ok(groups)
    }

    fn finish(
        mut self,
        group: UnresolvedPackageGroup,
        needed: Vec<UnresolvedPackageGroup>,
    ) -> Result<Source, String> {
        match self.resolve.push_groups(group, needed) {
            Ok(package) => Ok(self.done(package)),
            Err(error) => Err(self.words(&error.into())),
        }
    }

    fn done(self, package: PackageId) -> Source {
        let Self { mut resolve, gates, shut, .. } = self;
        gates::open(&mut resolve);
        Source { resolve, package, gates, shut }
    }

    /// Returns the parser's message. If a closed gate is the reason, it adds how to open the
    /// gate.
    fn words(&self, error: &anyhow::Error) -> String {
        let words = shown_text(&self.resolve.render_error(error));
        if words.contains("feature not being activated") && !self.gates.is_empty() {
            let gates: Vec<_> = self.gates.iter().collect();
            return format!(
                "{words}\nwhat uses it has to be behind the same gate, or the feature has to be \
                 on: the contract has {}",
                list(&gates)
            );
        }
        words
    }
}

/// The bytes of WIT that are read at most: a hundred times as many as all of WASI has.
const MOST: u64 = 16 << 20;

/// Returns why a path is not read at all, be it a file, or a folder for one of its files. A device
/// has no end, and no contract is as long as the limit.
fn too_much(path: &Path) -> Option<String> {
    if !path.is_dir() {
        return over(path, 0).err();
    }
    let deps = path.join("deps");
    let packages = listed(&deps).into_iter().filter(|entry| entry.is_dir());
    let mut folders = vec![path.to_owned(), deps.clone()];
    folders.extend(packages);
    let mut sum = 0;
    for file in folders.iter().flat_map(|folder| listed(folder)) {
        let is_read = file
            .extension()
            .is_some_and(|end| ["wit", "wat", "wasm"].map(OsStr::new).contains(&end));
        if is_read && !file.is_dir() {
            match over(&file, sum) {
                Ok(more) => sum = more,
                Err(reason) => {
                    return Some(format!("with `{}` {reason}", shown(&file.display().to_string())));
                }
            }
        }
    }
    None
}

/// Adds a file's length to the sum.
///
/// # Errors
/// The reason why it is not read.
fn over(file: &Path, sum: u64) -> Result<u64, String> {
    // If it cannot be looked at, reading it reports the error.
    let Ok(metadata) = file.metadata() else { return Ok(sum) };
    if !metadata.is_file() {
        return Err("it is neither a file nor a folder; give one of WIT".into());
    }
    match sum.saturating_add(metadata.len()) {
        sum if sum > MOST => Err("it is longer than 16 MiB, which no contract is".into()),
        sum => Ok(sum),
    }
}

/// Lists a folder. For one that cannot be listed, reading it reports the error.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten();
    entries.filter_map(Result::ok).map(|entry| entry.path()).collect()
}

/// Returns whether a folder contains WIT files. For a folder that cannot be read it is `true`,
/// so that reading it reports the error.
fn has_wit(folder: &Path) -> bool {
    if folder.read_dir().is_err() {
        return true;
    }
    let is_wit = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "wit");
    listed(folder).iter().any(is_wit)
}
