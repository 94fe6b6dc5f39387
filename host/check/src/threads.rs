//! The threads that compile, of this library's own: those that the engine would start
//! by itself are started once for the process, and a lack of threads at that moment
//! would be a panic for good. It does not know what is compiled.

use std::io;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use rayon::{ThreadPool, ThreadPoolBuilder};

use wit_host_text::contain;

/// Bytes of stack for each: what a program's first thread has.
const STACK: usize = 8 << 20;

static THREADS: Mutex<Option<Arc<ThreadPool>>> = Mutex::new(None);

/// Starts the threads, at most so many, unless they are there already.
///
/// # Errors
/// Where the system has none; the next call tries it anew.
pub fn start(most: usize) -> io::Result<Arc<ThreadPool>> {
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(threads) = &*threads {
        return Ok(Arc::clone(threads));
    }
    let count = available_parallelism().map_or(1, NonZero::get).min(most).max(1);
    let builder = ThreadPoolBuilder::new().num_threads(count).stack_size(STACK);
    let started = builder
        .thread_name(|index| format!("compiler-{index}"))
        // What they do is done for one that waits, and unwinds there.
        .start_handler(|_| contain::always())
        .build()
        .map_err(io::Error::other)?;
    // One that has done something is there, with all that it needs.
    started.broadcast(|_| ());
    let started = Arc::new(started);
    *threads = Some(Arc::clone(&started));
    Ok(started)
}

/// Does `work` where what it does in parallel is done by these threads, or by those of
/// the caller's own pool where it is in one.
///
/// # Errors
/// Where no threads can be started.
pub fn within<R: Send>(work: impl FnOnce() -> R + Send) -> io::Result<R> {
    match rayon::current_thread_index() {
        Some(_) => Ok(work()),
        None => Ok(start(usize::MAX)?.install(work)),
    }
}
