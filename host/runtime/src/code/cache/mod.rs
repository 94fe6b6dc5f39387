//! Keeps compiled code: on disk for the next process, and in memory for other runtimes of this
//! process. It decides where code comes from. It does not compile, and does not know what the
//! code does.
//!
//! Machine code from a file is run as it is, and the engine notices few of the ways in which it
//! can be wrong. So a file is only taken from a directory that no other user can enter
//! ([`directory`]), and only with a checksum over its name and all of its content ([`entry`]).
//! The checksum is keyed, with a secret that lies in the same directory ([`secret`]): a plain
//! checksum shows accidents, but anyone could compute one for a file of theirs. With the key, a
//! file that another program puts into the directory without having read the secret, as
//! restoring a backup does, is not run. Users that can read the secret have the rights of this
//! user, and need no cache to run code.

mod directory;
mod entry;
mod evict;
mod key;
mod secret;
mod shared_code;

use std::collections::HashMap;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

pub(crate) use key::Key;
pub(crate) use shared_code::SharedCode;

use crate::code::compile::{Compiled, within};
use crate::engine::pool::Room;
use crate::engine::settings::Settings;
use crate::engine::shared::SharedEngine;
use crate::error::{Error, Result};
use directory::Directory;
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::Limits;

/// The target of the events. The page of the crate names it, so it does not follow the module.
const TARGET: &str = "wit_host::cache";

/// The size of a cache in bytes by default: 1 GiB.
const SIZE: u64 = 1 << 30;

/// A directory with the compiled code of guests, and the code that runtimes of this process
/// share in memory. Cloning it is cheap; clones share everything but the size.
///
/// An entry is for one guest, one version of the engine, one kind of processor, and one set of
/// the [`Limits`] that are compiled into code (`fuel`, `stack`, and whether runs are
/// deterministic). An entry of a component is also for one contract and one set of the limits
/// that the component is scanned for.
///
/// Any number of processes may use a directory at the same time. If the directory cannot be
/// used, guests are compiled each time, with a warning as an event of the crate `tracing`.
/// Loading a guest never fails because of the cache. On systems that limit the size of files, a
/// program has to catch or ignore `SIGXFSZ`, as the command does, to get that warning instead
/// of a signal.
///
/// Machine code from the directory is run. So it has to belong to the user alone and have the
/// mode 0700, with which it is created. Every file in it is verified as a whole before it is
/// used.
#[derive(Clone, Debug)]
pub struct Cache {
    directory: PathBuf,
    size: u64,
    shared: Arc<Shared>,
}

/// What an engine is shared by: its settings, whether it makes coredumps, and the room of its
/// pool.
type EngineKey = (Settings, bool, Option<Room>);

#[derive(Debug, Default)]
struct Shared {
    engines: Mutex<HashMap<EngineKey, Weak<SharedEngine>>>,
    warned: AtomicBool,
}

/// The result of looking up a key.
enum Found {
    Code(Arc<Compiled>),
    Nothing,
    /// A file that differs from what was written.
    Changed(io::Error),
}

/// What a cache contains on disk.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// The number of guests.
    pub guests: usize,
    /// The number of bytes of their compiled code.
    pub bytes: u64,
}

impl Cache {
    /// Creates a cache in a directory. The directory is created when the first entry is
    /// written, and should contain nothing else.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), size: SIZE, shared: Arc::default() }
    }

    /// Returns the cache of the command `wit-host`: the folder `wit-host` in the directory of
    /// `XDG_CACHE_HOME`, or in `.cache` of the one of `HOME`. `None` if neither variable has an
    /// absolute path.
    pub fn of_user() -> Option<Self> {
        let named = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let caches = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")))?;
        Some(Self::new(caches.join("wit-host")))
    }

    /// Sets the number of bytes that the cache may take on disk, 1 GiB by default. The entries
    /// that have not been used for longest are removed first.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = bytes;
        self
    }

    /// Returns the directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns what the cache contains on disk. That is nothing if the directory does not
    /// exist.
    ///
    /// # Errors
    /// [`Error::Cache`] if the directory cannot be used.
    pub fn kept(&self) -> Result<CacheStats> {
        self.look(|directory| {
            let entries = directory.entries()?;
            Ok(CacheStats {
                guests: entries.len(),
                bytes: entries.iter().map(|entry| entry.bytes).sum(),
            })
        })
    }

    /// Removes everything that caches have written to the directory, and returns what that was.
    /// Code that is in use stays valid.
    ///
    /// # Errors
    /// [`Error::Cache`] if the directory cannot be used.
    pub fn clear(&self) -> Result<CacheStats> {
        let kept = self.kept()?;
        self.look(evict::everything)?;
        Ok(kept)
    }

    fn look<R: Default>(&self, look: impl FnOnce(&Directory) -> io::Result<R>) -> Result<R> {
        match Directory::open(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(R::default()),
            opened => opened.and_then(|directory| look(&directory)).map_err(|e| self.failed(&e)),
        }
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::Cache { directory: self.directory.clone(), reason: error.to_string() }
    }

    /// Returns an engine that is shared with the runtimes that have the same settings and this
    /// cache.
    pub(crate) fn engine(
        &self,
        settings: Settings,
        coredump: bool,
        room: Option<Room>,
    ) -> Result<Arc<SharedEngine>> {
        let mut engines = self.shared.engines.lock().unwrap_or_else(PoisonError::into_inner);
        engines.retain(|_, engine| engine.strong_count() > 0);
        let key = (settings, coredump, room);
        if let Some(engine) = engines.get(&key).and_then(Weak::upgrade) {
            return Ok(engine);
        }
        let engine = Arc::new(SharedEngine::new(key.0.clone(), coredump, key.2.as_ref())?);
        engines.insert(key, Arc::downgrade(&engine));
        Ok(engine)
    }

    /// Returns the compiled code of an examined guest: from memory, or else from disk, or else
    /// from `compile`, whose result is kept.
    pub(crate) fn load(
        &self,
        engine: &SharedEngine,
        kind: Kind,
        key: Key,
        limits: &Limits,
        compile: impl FnOnce() -> Result<Compiled>,
    ) -> Result<Arc<Compiled>> {
        match self.get(engine, kind, &key, limits)? {
            Found::Code(compiled) => return Ok(compiled),
            Found::Changed(error) => {
                tracing::warn!(target: TARGET, "an entry of the cache is compiled anew, since {error}");
            }
            Found::Nothing => {}
        }
        tracing::debug!(target: TARGET, "cache miss");
        let compiled = compile()?;
        let size = compiled.size();
        self.keep(&key, &compiled);
        let compiled = Arc::new(compiled);
        engine.code.insert(key, &compiled, size);
        Ok(compiled)
    }

    /// Returns the compiled code of a guest that was loaded before, if it can be used.
    pub(crate) fn find(
        &self,
        engine: &SharedEngine,
        kind: Kind,
        key: &Key,
        limits: &Limits,
    ) -> Option<Arc<Compiled>> {
        match self.get(engine, kind, key, limits).ok()? {
            Found::Code(compiled) => Some(compiled),
            Found::Nothing | Found::Changed(_) => None,
        }
    }

    /// Looks up a key, first in memory and then on disk.
    fn get(&self, engine: &SharedEngine, kind: Kind, key: &Key, limits: &Limits) -> Result<Found> {
        if let Some((compiled, size)) = engine.code.get(key) {
            within(size, limits)?;
            tracing::debug!(target: TARGET, from = "memory", "cache hit");
            return Ok(Found::Code(compiled));
        }
        let found = Directory::open(&self.directory).and_then(|directory| {
            let secret = secret::read(&directory)?;
            entry::verify(&directory, key, &secret)
        });
        let verified = match found {
            Ok(verified) => verified,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Ok(Found::Changed(error));
            }
            // Other errors are not reported here: writing the entry fails for the same reason,
            // and warns.
            Err(_) => return Ok(Found::Nothing),
        };
        let size = verified.size();
        within(size, limits)?;
        match verified.into_compiled(&engine.engine, kind) {
            Ok(compiled) => {
                tracing::debug!(target: TARGET, from = "disk", "cache hit");
                let compiled = Arc::new(compiled);
                engine.code.insert(key.clone(), &compiled, size);
                Ok(Found::Code(compiled))
            }
            Err(error) => {
                tracing::debug!(target: TARGET, "the engine refused an entry of the cache: {error:#}");
                Ok(Found::Nothing)
            }
        }
    }

    /// Writes an entry. The first failure is reported as a warning.
    fn keep(&self, key: &Key, compiled: &Compiled) {
        let Ok(artefact) = compiled.serialize() else { return };
        let kept = Directory::create(&self.directory).and_then(|directory| {
            let secret = secret::read_or_make(&directory)?;
            if entry::size(&artefact) <= self.size {
                entry::write(&directory, key, &secret, &artefact)?;
            }
            evict::down_to(&directory, self.size)
        });
        if let Err(error) = kept
            && !self.shared.warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(target: TARGET, "{}; guests are compiled each time", self.failed(&error));
        }
    }
}
