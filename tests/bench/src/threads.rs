//! Work on two threads at a time.

use std::thread;

use anyhow::{Result, anyhow};

/// Does the work on two threads, each of which returns its cost, and returns the mean.
pub(crate) fn each_thread(work: impl Fn() -> Result<f64> + Sync) -> Result<f64> {
    thread::scope(|scope| {
        let threads = [scope.spawn(&work), scope.spawn(&work)];
        let mut sum = 0.0;
        for thread in threads {
            sum += thread.join().map_err(|_| anyhow!("a thread panicked"))??;
        }
        Ok(sum / 2.0)
    })
}
