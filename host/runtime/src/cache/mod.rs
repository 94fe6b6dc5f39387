//! Compiled code that is kept: on disk for the next process, and in memory for
//! other runtimes of this one. It decides where code comes from; it does not
//! compile, and knows nothing of what code is for.
//!
//! Code from a file is run as it is, so a file is only taken from a directory that
//! nobody else can enter ([`directory`]), and only with a checksum over all of it
//! that has a key ([`entry`], [`secret`]).

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

use crate::compile::{Compiled, within};
use crate::engine::Settings;
use crate::error::{Error, Result};
use crate::pool::Room;
use crate::shared_engine::SharedEngine;
use directory::Directory;
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::Limits;

/// Bytes that a cache holds unless it is told otherwise: 1 GiB.
const SIZE: u64 = 1 << 30;

/// A directory with the compiled code of guests, and what runtimes of this process
/// share of it in memory. Cheap to clone; clones share everything but the size.
///
/// An entry is for one guest, one version of the engine, one set of the
/// [`Limits`] that are compiled into code (`fuel`, `stack`, and whether runs are
/// deterministic) and one kind of processor; of a component, for one contract and one
/// set of the limits that it is scanned for. Any number of processes may use a
/// directory at the same time. One that cannot be used costs a warning, as an event
/// of the crate `tracing`, and guests are compiled each time; loading a guest never
/// fails for it. Where the system limits how large files may be, a program has to catch
/// or ignore `SIGXFSZ`, as the command does, for that to be such a warning.
///
/// Machine code from the directory is run, so it has to be the user's own and
/// nobody else's, with the mode 0700, as it is made; and every file in it is
/// verified as a whole before it is used.
#[derive(Clone, Debug)]
pub struct Cache {
    directory: PathBuf,
    size: u64,
    shared: Arc<Shared>,
}

/// What an engine is shared by: its settings, whether it makes coredumps, and the room
/// of its pool.
type EngineKey = (Settings, bool, Option<Room>);

#[derive(Debug, Default)]
struct Shared {
    engines: Mutex<HashMap<EngineKey, Weak<SharedEngine>>>,
    warned: AtomicBool,
}

/// What a cache has for a key.
enum Found {
    Code(Arc<Compiled>),
    Nothing,
    /// A file that is not as it was written.
    Changed(io::Error),
}

/// What a cache holds on disk.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// How many guests.
    pub guests: usize,
    /// The bytes of their compiled code.
    pub bytes: u64,
}

impl Cache {
    /// A cache in this directory, which is made when something is to be kept in
    /// it. It should be one for nothing else.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), size: SIZE, shared: Arc::default() }
    }

    /// The cache that the command `wit-host` uses: `wit-host` in the directory that
    /// `XDG_CACHE_HOME` names, or else in `.cache` in the one that `HOME` names.
    /// `None` where neither names one by an absolute path.
    pub fn of_user() -> Option<Self> {
        let named = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let caches = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")))?;
        Some(Self::new(caches.join("wit-host")))
    }

    /// The most bytes that it holds on disk. 1 GiB. What has not been used for
    /// longest goes first.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = bytes;
        self
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What it holds on disk: nothing, where there is no such directory.
    ///
    /// # Errors
    /// [`Error::Cache`] where the directory cannot be used.
    pub fn kept(&self) -> Result<CacheStats> {
        self.look(|directory| {
            let entries = directory.entries()?;
            Ok(CacheStats {
                guests: entries.len(),
                bytes: entries.iter().map(|entry| entry.bytes).sum(),
            })
        })
    }

    /// Removes everything that a cache has put there, and says what that was. Code
    /// that is in use stays so.
    ///
    /// # Errors
    /// [`Error::Cache`] where the directory cannot be used.
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

    /// An engine, shared with the runtimes that have the same settings and this
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

    /// The compiled code of an examined guest: the one that is in memory, or else
    /// the one that is on disk, or else what `compile` makes, which is kept.
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
                tracing::warn!("an entry of the cache is compiled anew, since {error}");
            }
            Found::Nothing => {}
        }
        tracing::debug!("cache miss");
        let compiled = compile()?;
        let size = compiled.size();
        self.keep(&key, &compiled);
        let compiled = Arc::new(compiled);
        engine.code.insert(key, &compiled, size);
        Ok(compiled)
    }

    /// The compiled code of a guest that was loaded before, where it can be used.
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

    /// What there is for a key.
    fn get(&self, engine: &SharedEngine, kind: Kind, key: &Key, limits: &Limits) -> Result<Found> {
        if let Some((compiled, size)) = engine.code.get(key) {
            within(size, limits)?;
            tracing::debug!(from = "memory", "cache hit");
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
            // What else keeps it from being read is told when it is written.
            Err(_) => return Ok(Found::Nothing),
        };
        let size = verified.size();
        within(size, limits)?;
        match verified.into_compiled(&engine.engine, kind) {
            Ok(compiled) => {
                tracing::debug!(from = "disk", "cache hit");
                let compiled = Arc::new(compiled);
                engine.code.insert(key.clone(), &compiled, size);
                Ok(Found::Code(compiled))
            }
            Err(error) => {
                tracing::debug!("the engine refused an entry of the cache: {error:#}");
                Ok(Found::Nothing)
            }
        }
    }

    /// Keeps what was compiled, and says so where that fails, once.
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
            tracing::warn!("{}; guests are compiled each time", self.failed(&error));
        }
    }
}
