//! Tests of the cache of compiled code: what it returns, what it refuses, and that a run never
//! fails because of it. The tests read the library's tracing events to see what happened.

mod broken;
mod command;
mod files;
mod hits;
mod places;
mod sizes;
mod together;

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::Registry;
use wit_host::{Cache, Guest, Runtime, RuntimeBuilder, Val};
use wit_host_contract::Functions;

/// Returns a core module whose `run` returns this number.
pub(crate) fn module(number: i32) -> String {
    format!(r#"(module (func (export "run") (result i32) (i32.const {number})))"#)
}

const MISS: &str = "cache miss";
const DISK: &str = "cache hit from=\"disk\"";
const MEMORY: &str = "cache hit from=\"memory\"";

/// A directory for a cache, which does not exist yet.
struct Place {
    folder: TempDir,
    directory: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { directory: folder.path().join("wit-host"), folder }
    }

    /// Returns a cache that shares nothing in memory with other caches.
    fn cache(&self) -> Cache {
        Cache::new(&self.directory)
    }

    /// Loads and runs the guest with a new cache object, and returns the events.
    fn load(&self, guest: &str) -> Vec<String> {
        load(&runtime(crate::support::hosts::shipped().cache(self.cache())), guest)
    }

    /// Returns the only entry.
    fn entry(&self) -> PathBuf {
        let entries = entries(&self.directory);
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries.into_iter().next().unwrap()
    }
}

/// Returns the files with compiled code.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let mut entries: Vec<_> = files.filter(|path| path.file_name().unwrap().len() == 64).collect();
    entries.sort();
    entries
}

fn runtime(builder: RuntimeBuilder<Functions>) -> Runtime<Functions> {
    builder.build().unwrap()
}

/// Loads the guest, whose `run` has to return 7, and returns the events.
fn load(runtime: &Runtime<Functions>, guest: &str) -> Vec<String> {
    let (guest, heard) = heard(|| runtime.load(guest).unwrap());
    returns(&guest, 7);
    heard
}

fn returns(guest: &Guest<Functions>, number: i32) {
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    assert_eq!(session.call("run", &[]).unwrap(), [Val::S32(number)]);
}

/// Runs `work`, and returns the cache's events during it.
fn heard<R>(work: impl FnOnce() -> R) -> (R, Vec<String>) {
    LazyLock::force(&crate::runtime::tracing::OTHERS);
    let listener = Listener::default();
    let listening = Registry::default().with(listener.clone());
    let result = tracing::subscriber::with_default(listening, work);
    let heard = listener.0.lock().unwrap().clone();
    (result, heard)
}

/// Records the events of the cache.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "wit_host::cache" {
            let mut text = Text::default();
            event.record(&mut text);
            self.0.lock().unwrap().push(text.0);
        }
    }
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.0.insert_str(0, &format!("{value:?}")),
            name => write!(self.0, " {name}={value:?}").unwrap(),
        }
    }
}
