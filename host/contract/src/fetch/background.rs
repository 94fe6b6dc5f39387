//! A thread for each request: a server that keeps the client busy, as with answers of 1xx
//! without end, keeps no session's thread from looking at the time. The thread ends with
//! its request. What a request is it does not know.

use std::pin::pin;
use std::thread;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// Why the work has no outcome.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// Its time was up. It is not gone on with.
    TimeUp,
    /// The host could not do it, for this reason.
    Failed(String),
}

/// The outcome of `work`, which is done on a thread of its own. It is not gone on with once
/// this is dropped.
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
        // Looking a name up may go on for as long as the system takes.
        runtime.shutdown_background();
        if let Some(outcome) = outcome {
            // One who has given up does not want to know.
            let _ = sender.send(outcome);
        }
    };
    thread::Builder::new().name("fetch".into()).spawn(request).map_err(failed)?;
    let outcome = tokio::time::timeout(time, receiver).await.map_err(|_| Unfinished::TimeUp)?;
    outcome.map_err(|_| Unfinished::Failed("the request's thread has ended".into()))
}
