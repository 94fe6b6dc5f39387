//! Looks at the files of guests that are served, and replaces, adds and removes these. It does not know
//! how a guest is made.

use std::path::{Path, PathBuf};
use std::time::Duration;

use wit_host::{FolderChange, Watched, WatchedFolder};
use wit_host_contract::Functions;
use wit_host_server::Server;

use super::loader::Loader;
use crate::status::{notice, report, shown_path};

/// How often the file of a guest is looked at. A new one is taken after two looks that agree.
const LOOK: Duration = Duration::from_millis(300);

/// A folder of guests that are served as they come and go.
pub(super) struct Folder {
    pub(super) watched: WatchedFolder,
    pub(super) loader: Loader,
    /// Why it could not be read, as it was told.
    pub(super) failed: Option<String>,
}

impl Folder {
    /// Looks at the folder, and serves what is new.
    pub(super) fn look(&mut self, server: &Server<Functions>) {
        let changes = match self.watched.look() {
            Ok(changes) => changes,
            Err(error) => {
                let reason = error.to_string();
                if self.failed.replace(reason.clone()).as_ref() != Some(&reason) {
                    let path = shown_path(self.watched.path());
                    notice(&format!("failed to read the folder `{path}`: {reason}"));
                }
                return;
            }
        };
        self.failed = None;
        for change in changes {
            match change {
                FolderChange::Content { name, path, bytes } => {
                    self.replace(server, &name, &path, &bytes);
                }
                FolderChange::Removed { name } if server.remove(&name) => {
                    notice(&format!("{name} is served no more"));
                }
                FolderChange::Unusable { path, reason } => {
                    notice(&format!("{}: it is not served: {reason}", shown_path(&path)));
                }
                _ => {}
            }
        }
    }

    fn replace(&self, server: &Server<Functions>, name: &str, path: &Path, bytes: &[u8]) {
        // What came of a replacement, the guest's own listener tells.
        if server.reload(name, bytes).is_some() {
            return;
        }
        match self.loader.live(path, bytes) {
            Ok(live) => {
                server.add(name, live, bytes, Some(path));
                notice(&format!("{name} is served at /guests/{name}/"));
            }
            Err(error) => drop(report(&error)),
        }
    }
}

/// Looks at the guests' files now and then, and replaces a guest whose file has changed.
pub(super) fn watch(server: Server<Functions>, mut watched: Vec<(String, PathBuf, Watched)>) {
    again_and_again(move || {
        for (name, path, file) in &mut watched {
            match file.look() {
                Ok(None) => {}
                // What came of it, the guest's own listener tells.
                Ok(Some(bytes)) => drop(server.reload(name, &bytes)),
                Err(error) => notice(&format!("failed to read `{}`: {error}", shown_path(path))),
            }
        }
    });
}

/// Looks now and then, from a thread of its own, until the command ends.
pub(super) fn again_and_again(mut look: impl FnMut() + Send + 'static) {
    let looks = move || {
        loop {
            std::thread::sleep(LOOK);
            look();
        }
    };
    // Without the thread the guests are served as they are.
    if let Err(error) = std::thread::Builder::new().name("watch".into()).spawn(looks) {
        notice(&format!("failed to watch the guests: {error}"));
    }
}
