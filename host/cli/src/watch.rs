//! Watches a guest's file, and reports a change when the program that writes it seems to have
//! finished. The file's folder is watched, because a build may replace the file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use notify::{Event, EventKind, RecursiveMode, Watcher as _};

use crate::options::{Usage, guest_file};
use crate::status::{Status, notice, report, shown_path};

/// A file that has not changed for this time counts as complete.
const QUIET: Duration = Duration::from_millis(100);

/// The time to wait for the rest of a file that is not a valid guest yet.
const PATIENCE: Duration = Duration::from_secs(1);

/// Watches files.
pub(crate) struct Watch {
    events: Receiver<notify::Result<Event>>,
    /// The file's name in each watched folder.
    names: Vec<OsString>,
    folders: Vec<PathBuf>,
    // Watching stops when it is dropped.
    _watcher: notify::RecommendedWatcher,
}

impl Watch {
    /// Starts to watch a file. It need not exist yet, but its folder has to.
    pub(crate) fn new(file: &Path) -> Result<Self> {
        Self::of(&[file.to_owned()])
    }

    /// Starts to watch several files.
    pub(crate) fn of(files: &[PathBuf]) -> Result<Self> {
        files.iter().try_for_each(|file| refuse_what_is_no_file(file))?;
        let (sender, events) = channel();
        let mut watcher = notify::recommended_watcher(sender).context("failed to watch files")?;
        let (mut names, mut folders) = (Vec::new(), Vec::<PathBuf>::new());
        // If the path is a link, the file is replaced where the link leads to.
        let real = files.iter().filter_map(|file| file.canonicalize().ok());
        for path in files.iter().cloned().chain(real) {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).canonicalize();
            let failed = || format!("failed to watch the folder of `{}`", shown_path(&path));
            let folder = folder.with_context(failed)?;
            names.extend(path.file_name().map(Into::into));
            if !folders.contains(&folder) {
                watcher.watch(&folder, RecursiveMode::NonRecursive).with_context(failed)?;
                folders.push(folder);
            }
        }
        Ok(Self { events, names, folders, _watcher: watcher })
    }

    /// Loads and runs each build of the file. It ends with the command.
    pub(crate) fn again_and_again<G>(
        &self,
        file: &Path,
        load: impl Fn() -> Result<G>,
        run: impl Fn(&G) -> Result<Status>,
    ) -> Result<Status> {
        let guest = shown_path(file);
        let (mut before, mut told) = ("", String::new());
        loop {
            match load() {
                Ok(loaded) => {
                    let ended = run(&loaded);
                    if ended.unwrap_or_else(|error| report(&error)) == Status::OutputClosed {
                        return Ok(Status::OutputClosed);
                    }
                    (before, told) = ("; the build before it is kept", String::new());
                    notice(&format!("{guest}: watching for changes"));
                }
                // An incomplete file does not load, and the rest of it may follow.
                Err(_) if self.changes_within(PATIENCE)? => {
                    self.settled()?;
                    continue;
                }
                Err(error) if format!("{error:#}") != told => {
                    report(&error);
                    notice(&format!(
                        "{guest}: this build is not run{before}; watching for changes"
                    ));
                    told = format!("{error:#}");
                }
                Err(_) => {}
            }
            self.changed()?;
        }
    }

    /// Waits until the file has changed, and then stops changing.
    pub(crate) fn changed(&self) -> Result<()> {
        while !self.is_change(&self.events.recv().context("nothing watches any more")?)? {}
        self.settled()
    }

    /// Waits until the file stops changing.
    pub(crate) fn settled(&self) -> Result<()> {
        while self.changes_within(QUIET)? {}
        Ok(())
    }

    /// Returns whether the file changes within this time.
    pub(crate) fn changes_within(&self, time: Duration) -> Result<bool> {
        let end = Instant::now() + time;
        loop {
            match self.events.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(event) if self.is_change(&event)? => return Ok(true),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Ok(false),
                Err(RecvTimeoutError::Disconnected) => bail!("nothing watches any more"),
            }
        }
    }

    fn is_change(&self, event: &notify::Result<Event>) -> Result<bool> {
        let event = match event {
            Ok(event) => event,
            Err(error) => bail!("failed to watch files: {error}"),
        };
        if let (EventKind::Remove(_), [path]) = (event.kind, &event.paths[..])
            && self.folders.contains(path)
        {
            bail!("`{}` was watched, and is gone; make it, and watch again", shown_path(path));
        }
        let is_ours = |path: &PathBuf| path.file_name().is_some_and(|name| self.is_name(name));
        // Reading the file does not change it.
        Ok(!matches!(event.kind, EventKind::Access(_))
            && (event.need_rescan() || event.paths.iter().any(is_ours)))
    }

    fn is_name(&self, name: &std::ffi::OsStr) -> bool {
        self.names.iter().any(|ours| ours == name)
    }
}

/// Refuses a path that is not a regular file: it can only be read once and does not change.
fn refuse_what_is_no_file(path: &Path) -> Result<()> {
    let is_other = path.metadata().is_ok_and(|metadata| !metadata.is_file());
    if is_other || path == guest_file(Path::new("-")) {
        let path = shown_path(path);
        let reason = "it is no file, which a build could write anew; give the guest's file";
        return Err(Usage::new(format!("`{path}` cannot be watched: {reason}")).into());
    }
    Ok(())
}
