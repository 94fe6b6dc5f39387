//! Runs each request on a thread of its own, which ends with the request. A server that keeps
//! the client busy, for example with answers of 1xx without end, must not keep the session's
//! thread from checking its time limit. The module does not know what the work is.

use std::pin::pin;
use std::thread;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// Why the work has no outcome.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// The time was up, and the work was stopped.
    TimeUp,
    /// The host could not do the work, for this reason.
    Failed(String),
}

/// Returns the outcome of `work`, which runs on a thread of its own. The work is stopped once
/// this future is dropped.
pub(super) async fn within<R: Send + 'static>(
    time: Duration,
    work: impl Future<Output = R> + Send + 'static,
) -> Result<R, Unfinished> {
    let failed = |error: std::io::Error| Unfinished::Failed(error.to_string());
    let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let (mut sender, receiver) = oneshot::channel();
    let request = move || {
        let outcome = runtime.block_on(async {
            let given_up = pin!(sender.closed());
            match select(pin!(work), given_up).await {
                Either::Left((outcome, _)) => Some(outcome),
                Either::Right(((), _)) => None,
            }
        });
        // Waiting for the threads of the runtime could take long: a name look-up takes as long
        // as the system likes.
        runtime.shutdown_background();
        if let Some(outcome) = outcome {
            // Sending fails only if the caller has stopped waiting.
            let _ = sender.send(outcome);
        }
    };
    thread::Builder::new().name("fetch".into()).spawn(request).map_err(failed)?;
    let outcome = tokio::time::timeout(time, receiver).await.map_err(|_| Unfinished::TimeUp)?;
    outcome.map_err(|_| Unfinished::Failed("the request's thread has ended".into()))
}
