//! The threads that compile. Left alone, the engine would start a pool of threads of its own,
//! once for the process, and a lack of threads at that moment would be a panic in every later
//! compilation too. So this library starts them, and a lack of threads is an error. It does not
//! know what is compiled.

use std::io;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use rayon::{ThreadPool, ThreadPoolBuilder};

use wit_host_text::contain;

/// The bytes of stack of each thread: what a program's first thread has.
const STACK: usize = 8 << 20;

static THREADS: Mutex<Option<Arc<ThreadPool>>> = Mutex::new(None);

/// Starts at most this number of threads, unless they are running.
///
/// # Errors
/// If the system has no threads. The next call tries again.
pub fn start(most: usize) -> io::Result<Arc<ThreadPool>> {
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(threads) = &*threads {
        return Ok(Arc::clone(threads));
    }
    let count = available_parallelism().map_or(1, NonZero::get).min(most).max(1);
    let builder = ThreadPoolBuilder::new().num_threads(count).stack_size(STACK);
    let started = builder
        .thread_name(|index| format!("compiler-{index}"))
        // A panic in these threads unwinds into the caller that waits for them, which contains
        // it.
        .start_handler(|_| contain::always())
        .build()
        .map_err(io::Error::other)?;
    // A thread that has done something has everything that it needs to run.
    started.broadcast(|_| ());
    let started = Arc::new(started);
    *threads = Some(Arc::clone(&started));
    Ok(started)
}

/// Runs `work`. What it does in parallel is done by these threads, or by those of the caller's
/// own pool if it is in one.
///
/// # Errors
/// If no threads can be started.
pub fn within<R: Send>(work: impl FnOnce() -> R + Send) -> io::Result<R> {
    match rayon::current_thread_index() {
        Some(_) => Ok(work()),
        None => Ok(start(usize::MAX)?.install(work)),
    }
}
