//! The guests of a folder, each served as a [`Live`] guest: one that is added is served, one that is
//! changed is replaced, and one that is removed is served no more. It does not know how a guest is
//! loaded, or what it is called for.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use super::{FolderChange, Live, WatchedFolder};
use crate::error::Result;

/// Something that happened to the guests of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PluginChange {
    /// A guest is new, and is served.
    Added {
        /// The guest's name.
        name: String,
    },
    /// A guest was replaced.
    Changed {
        /// The guest's name.
        name: String,
        /// The number of the generation that serves.
        generation: u64,
    },
    /// A guest was refused. If another one of its name was served before, that goes on.
    Refused {
        /// The guest's name.
        name: String,
        /// The reason.
        reason: String,
    },
    /// A guest is served no more. Calls that are under way end on it.
    Removed {
        /// The guest's name.
        name: String,
    },
    /// A file or the folder itself cannot be read, or the file's name is none of a guest.
    Unusable {
        /// The file or the folder.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
}

type Load<T> = dyn Fn(&str, &[u8]) -> Result<Live<T>> + Send + Sync;
type Listener = dyn Fn(&PluginChange) + Send + Sync;

/// The guests of a folder, each under its name and as a [`Live`] guest.
///
/// The folder is read by [`Plugins::look`], or again and again after [`Plugins::start`], as
/// [`WatchedFolder`] does it.
///
/// ```
/// use wit_host::{Live, Plugins, Runtime, Sessions, Val};
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let runtime = Runtime::builder().allow_text_format(true).build()?;
/// let plugins = Plugins::watch(folder, 1 << 20, move |_name, bytes| {
///     let guest = runtime.load(bytes)?;
///     Ok(Live::builder(|guest| Sessions::new(guest, || ())).serve(guest))
/// });
/// std::fs::write(folder.join("one.wat"), r#"(module (func (export "f") (result i32) i32.const 1))"#)?;
/// // A file is taken when two looks find it the same.
/// plugins.look();
/// plugins.look();
/// # let executor = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// let one = plugins.get("one").expect("it was added");
/// assert_eq!(executor.block_on(one.call("f", &[]))?, [Val::S32(1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Plugins<T: 'static> {
    load: Box<Load<T>>,
    listener: Box<Listener>,
    folder: Mutex<Looked>,
    served: RwLock<BTreeMap<String, Live<T>>>,
}

struct Looked {
    folder: WatchedFolder,
    /// Why the folder could not be read, as it was told.
    failed: Option<String>,
}

/// Looks at a folder again and again, until this is dropped.
#[derive(Debug)]
#[must_use = "the folder is looked at until this is dropped"]
pub struct Watching {
    // The thread ends when the sender is gone.
    _stop: Sender<()>,
}

impl<T: Send + 'static> Plugins<T> {
    /// Serves the guests of a folder, from the first looks on. `load` makes a guest of the bytes of
    /// a file, of which no more than `most` are read; a later content goes to [`Live::reload`].
    pub fn watch(
        folder: impl Into<PathBuf>,
        most: usize,
        load: impl Fn(&str, &[u8]) -> Result<Live<T>> + Send + Sync + 'static,
    ) -> Self {
        let folder = Looked { folder: WatchedFolder::new(folder, most), failed: None };
        Self {
            load: Box::new(load),
            listener: Box::new(|_| ()),
            folder: Mutex::new(folder),
            served: RwLock::default(),
        }
    }

    /// Sets a function that is called after each change, in the thread that looks.
    #[must_use]
    pub fn on_change(mut self, listener: impl Fn(&PluginChange) + Send + Sync + 'static) -> Self {
        self.listener = Box::new(listener);
        self
    }

    /// Looks at the folder once, and carries out what is new. It takes as long as compiling the new
    /// guests does.
    ///
    /// # Panics
    /// In an async context, as [`Live::reload`] does.
    pub fn look(&self) {
        let mut looked = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let Looked { folder, failed } = &mut *looked;
        let changes = match folder.look() {
            Ok(changes) => {
                *failed = None;
                changes
            }
            Err(error) => {
                let reason = error.to_string();
                if failed.replace(reason.clone()).as_ref() != Some(&reason) {
                    let path = folder.path().to_owned();
                    (self.listener)(&PluginChange::Unusable { path, reason });
                }
                return;
            }
        };
        for change in changes {
            if let Some(change) = self.carried_out(change) {
                (self.listener)(&change);
            }
        }
    }

    /// Looks at the folder from a thread of its own, with this time between two looks.
    ///
    /// # Errors
    /// If there is no thread to be had.
    pub fn start(self: &Arc<Self>, every: Duration) -> io::Result<Watching> {
        let (stop, stopped) = channel::<()>();
        let plugins = Arc::clone(self);
        thread::Builder::new().name("plugins".into()).spawn(move || {
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                plugins.look();
            }
        })?;
        Ok(Watching { _stop: stop })
    }

    /// Returns a guest by its name.
    pub fn get(&self, name: &str) -> Option<Live<T>> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Returns the names of the guests that are served.
    pub fn names(&self) -> Vec<String> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn carried_out(&self, change: FolderChange) -> Option<PluginChange> {
        Some(match change {
            FolderChange::Content { name, bytes, .. } => self.replaced(name, &bytes)?,
            FolderChange::Removed { name } => {
                let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
                // One that was refused was never served.
                served.remove(&name)?;
                PluginChange::Removed { name }
            }
            FolderChange::Unusable { path, reason } => PluginChange::Unusable { path, reason },
        })
    }

    fn replaced(&self, name: String, bytes: &[u8]) -> Option<PluginChange> {
        let refused = |name, reason| Some(PluginChange::Refused { name, reason });
        if let Some(live) = self.get(&name) {
            let before = live.current().number();
            return match live.reload(bytes) {
                Ok(now) if now.number() == before => None,
                Ok(now) => Some(PluginChange::Changed { name, generation: now.number() }),
                Err(error) => refused(name, error.to_string()),
            };
        }
        match (self.load)(&name, bytes) {
            Ok(live) => {
                let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
                served.insert(name.clone(), live);
                Some(PluginChange::Added { name })
            }
            Err(error) => refused(name, error.to_string()),
        }
    }
}

impl<T: Send + 'static> fmt::Debug for Plugins<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugins").field("names", &self.names()).finish_non_exhaustive()
    }
}
