//! Reads the host file for a command that loads a guest: it decides which file is read and whether
//! it is trusted with what it asks for, and says what the file sets for the guest. An option takes
//! precedence over the file.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use wit_host::{Grants, Limits};
use wit_host_config::{FILE_NAME, Grants as Written, HostFile, Trust};

use super::Usage;
use crate::status::shown_path;

/// Which host file is read.
#[derive(Args, Default)]
pub(crate) struct HostFileOptions {
    /// Read this host file, and let it start and grant what it says. Otherwise that is
    /// `wit-host.toml` in the current folder, where there is one, with what was allowed by
    /// `wit-host config allow`
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Read no host file
    #[arg(long, conflicts_with = "config")]
    no_config: bool,

    #[arg(skip)]
    file: OnceCell<Option<(HostFile, Standing)>>,

    /// The guest's name in the file, if the command was given the name.
    #[arg(skip)]
    guest: Option<String>,
}

/// Why a host file may or may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The file was named by an option.
    Named,
    /// The file was found, and asks for nothing that needs permission.
    Harmless,
    /// The file was found, and a person has allowed it.
    Allowed,
    /// The file was found, and asks for something that nothing has allowed.
    Stranger,
}

/// Returns the limits of a guest that neither options nor a file change: those of the library, with
/// more memory for guests that contain an interpreter.
pub(crate) fn usual_limits() -> Limits {
    Limits::default().memory(256 << 20)
}

impl HostFileOptions {
    /// Returns the host file, if there is one.
    ///
    /// # Errors
    /// An error if the file is invalid, or if it was found, needs permission and has none.
    pub(crate) fn get(&self) -> Result<Option<&HostFile>> {
        Ok(self.trusted()?.map(|(file, _)| file))
    }

    fn trusted(&self) -> Result<Option<&(HostFile, Standing)>> {
        if let Some(read) = self.file.get() {
            return Ok(read.as_ref());
        }
        let read = self.read()?;
        if let Some((file, Standing::Stranger)) = &read {
            return Err(not_allowed(file).into());
        }
        Ok(self.file.get_or_init(|| read).as_ref())
    }

    /// Returns the host file, whether it is trusted or not, and why.
    pub(crate) fn read(&self) -> Result<Option<(HostFile, Standing)>> {
        if let Some(path) = &self.config {
            return Ok(Some((HostFile::read(path, &usual_limits())?, Standing::Named)));
        }
        let path = Path::new(FILE_NAME);
        // A file whose existence cannot be checked is not skipped: the next check reports it.
        if self.no_config || matches!(path.try_exists(), Ok(false)) {
            return Ok(None);
        }
        // Reading a pipe could wait without end.
        if !path.is_file() {
            let reason = format!("`{FILE_NAME}` is no file; `--no-config` leaves it out");
            return Err(Usage::new(reason).into());
        }
        let file = HostFile::read(path, &usual_limits())?;
        let standing = match Trust::of_user() {
            _ if file.asks().is_empty() => Standing::Harmless,
            Some(trust) if trust.allows(&file) => Standing::Allowed,
            _ => Standing::Stranger,
        };
        Ok(Some((file, standing)))
    }

    /// Replaces the name of a guest by its file, if the host file has the name. A file with this
    /// name in the current folder takes precedence.
    ///
    /// # Errors
    /// Those of [`HostFileOptions::get`], and an error if compiled code would be trusted only
    /// because a host file that was found names it.
    pub(crate) fn resolve(&mut self, word: &mut OsString, trusts_code: bool) -> Result<()> {
        let Some((file, standing)) = self.trusted()? else { return Ok(()) };
        let Some(name) = word.to_str().filter(|name| !Path::new(name).is_file()) else {
            return Ok(());
        };
        let Some(guest) = file.guests.get(name) else { return Ok(()) };
        if trusts_code && *standing == Standing::Harmless {
            let (path, host_file) = (shown_path(&guest.file), shown_path(&file.path));
            return Err(Usage::new(format!(
                "`{name}` is `{path}` by the host file `{host_file}`, which was found and not \
                 named, and `--trusted-code` would run that with all rights of this command; give \
                 the path of the guest, or `--config {host_file}`"
            ))
            .into());
        }
        let (name, path) = (name.to_owned(), guest.file.clone());
        self.guest = Some(name);
        *word = path.into();
        Ok(())
    }

    /// Replaces a name as [`HostFileOptions::resolve`] does, for a word that is a path already.
    pub(crate) fn resolve_path(&mut self, path: &mut PathBuf, trusts_code: bool) -> Result<()> {
        let mut word = OsString::from(std::mem::take(path));
        let resolved = self.resolve(&mut word, trusts_code);
        *path = word.into();
        resolved
    }

    /// Sets the guest's name in the file.
    pub(crate) fn choose(&mut self, guest: &str) {
        self.guest = Some(guest.to_owned());
    }

    /// Returns the guest's name in the file.
    pub(crate) fn guest(&self) -> Option<&str> {
        self.guest.as_deref()
    }

    /// Returns the guest's limits according to the file.
    pub(crate) fn limits(&self) -> Result<Limits> {
        Ok(self.get()?.map_or_else(usual_limits, |file| file.limits(self.guest())))
    }

    /// Adds the grants of the file. Directories and variables that options have already granted
    /// stay as they are; they are compared by their names in the guest.
    pub(crate) fn grant(
        &self,
        grants: Grants,
        has_directory: impl Fn(&str) -> bool,
        has_variable: impl Fn(&str) -> bool,
    ) -> Result<Grants> {
        let Some(file) = self.get()? else { return Ok(grants) };
        let mut written = file.grants(self.guest()).clone();
        written.directories.retain(|one| !has_directory(&one.value.guest));
        written.environment.retain(|one| !has_variable(&one.value.0));
        granted(file, &written, grants)
    }

    /// Removes from the grants what the file denies.
    pub(crate) fn deny(&self, grants: Grants) -> Result<Grants> {
        let Some(file) = self.get()? else { return Ok(grants) };
        let denied = wit_host_testing::denied(file.grants(self.guest()), grants);
        Ok(denied.map_err(|(place, reason)| file.invalid(place, reason))?)
    }

    /// Returns the WIT and the world of the file's contract.
    pub(crate) fn contract(&self) -> Result<Option<(&Path, Option<&str>)>> {
        let contract = self.get()?.and_then(|file| file.contract.as_ref());
        Ok(contract.map(|contract| (&*contract.wit, contract.world.as_deref())))
    }

    /// Returns true if the file grants the guest directories.
    pub(crate) fn has_directories(&self) -> Result<bool> {
        let file = self.get()?;
        Ok(file.is_some_and(|file| !file.grants(self.guest()).directories.is_empty()))
    }
}

/// Returns the error for a file that was found and would allow something without permission.
fn not_allowed(file: &HostFile) -> Usage {
    let path = shown_path(&file.path);
    let asks: Vec<_> = file.asks().iter().map(|ask| asked(file, ask)).collect();
    Usage::new(format!(
        "the host file `{path}` was found and not named, and nobody has allowed what it would \
         do:\n{}  to allow that: `wit-host config allow`, for the file as it is now, or name it \
         with `--config {path}`; `--no-config` leaves it out",
        asks.concat()
    ))
}

/// Returns a line that says what a file would allow, and where.
pub(crate) fn asked(file: &HostFile, ask: &wit_host_config::Ask) -> String {
    format!("  {} ({}:{})\n", ask.what, shown_path(&file.path), ask.place.line)
}

/// Adds to the grants those that a host file writes, and removes what it denies.
pub(crate) fn granted(file: &HostFile, written: &Written, grants: Grants) -> Result<Grants> {
    let granted = wit_host_testing::granted(written, grants);
    Ok(granted.map_err(|(place, reason)| file.invalid(place, reason))?)
}
