//! The thread in which requests are made, one for the whole process: a server that keeps
//! the client busy, as with answers of 1xx without end, keeps no session's thread from
//! looking at the time. It does not know what a request is.

use std::future::pending;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::task::{AbortHandle, JoinError};

static HANDLE: Mutex<Option<Handle>> = Mutex::new(None);

/// Why the work has no outcome.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// Its time was up. It is not gone on with.
    TimeUp,
    /// The host could not do it, for this reason.
    Failed(String),
}

/// The outcome of `work`, which is done in the background. It is not gone on with once
/// this is dropped.
pub(super) async fn within<R: Send + 'static>(
    time: Duration,
    work: impl Future<Output = R> + Send + 'static,
) -> Result<R, Unfinished> {
    let handle = handle().map_err(|error| Unfinished::Failed(error.to_string()))?;
    let task = handle.spawn(work);
    let _abort = Abort(task.abort_handle());
    let failed = |error: JoinError| Unfinished::Failed(error.to_string());
    tokio::time::timeout(time, task).await.map_err(|_| Unfinished::TimeUp)?.map_err(failed)
}

struct Abort(AbortHandle);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The thread, which is started when it is first needed.
fn handle() -> io::Result<Handle> {
    let mut handle = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*handle {
        return Ok(handle.clone());
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let new = runtime.handle().clone();
    thread::Builder::new().name("fetch".into()).spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle.insert(new).clone())
}
