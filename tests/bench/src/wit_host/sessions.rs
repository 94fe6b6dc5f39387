//! A fresh session, one call, and its end.

use anyhow::Result;
use wit_host::Guest;

use super::runtime;
use crate::bindings::small::{asynchronous, blocking};
use crate::clock::{Clock, timed};
use crate::executor::executor;
use crate::functions::Functions;
use crate::guests::Path;
use crate::row::Probe;
use crate::setting::{Mode, Setting};
use crate::threads::each_thread;

/// Returns the smallest guest, compiled and linked.
pub(crate) fn guest(path: Path, setting: Setting) -> Result<Guest<Functions>> {
    Ok(runtime(setting)?.load(path.small_guest(setting.writes)?)?)
}

/// The guest and, for a component, the indices of its exports.
struct Ready<I> {
    guest: Guest<Functions>,
    indices: Option<I>,
}

/// Starts a session, calls it, and ends it.
pub(crate) fn fresh(path: Path, mode: Mode, setting: Setting) -> Result<Probe> {
    let guest = guest(path, setting)?;
    match mode {
        Mode::Blocking => {
            let indices = guest.instance_pre().map(blocking::SmallIndices::new).transpose()?;
            let ready = Ready { guest, indices };
            Ok(timed(Clock::Thread, move |times| (0..times).try_for_each(|_| in_turn(&ready))))
        }
        Mode::Async => {
            let ready = asynchronous(guest)?;
            let executor = executor()?;
            Ok(timed(Clock::Thread, move |times| {
                executor.block_on(async {
                    for _ in 0..times {
                        waiting(&ready).await?;
                    }
                    Ok(())
                })
            }))
        }
    }
}

/// Measures fresh sessions on two threads at a time, each with an async runtime of its own.
pub(crate) fn fresh_on_two_threads(path: Path, setting: Setting) -> Result<Probe> {
    let ready = asynchronous(guest(path, setting)?)?;
    Ok(Box::new(move |times| {
        each_thread(|| {
            let executor = executor()?;
            let began = Clock::Thread.now()?;
            executor.block_on(async {
                for _ in 0..times {
                    waiting(&ready).await?;
                }
                anyhow::Ok(())
            })?;
            Ok(Clock::Thread.now()? - began)
        })
    }))
}

fn asynchronous(guest: Guest<Functions>) -> Result<Ready<asynchronous::SmallIndices>> {
    let indices = guest.instance_pre().map(asynchronous::SmallIndices::new).transpose()?;
    Ok(Ready { guest, indices })
}

fn in_turn(ready: &Ready<blocking::SmallIndices>) -> Result<()> {
    let mut session = ready.guest.session(Functions).start_blocking()?;
    match &ready.indices {
        Some(indices) => {
            let small = session.bind(|store, instance| indices.load(store, instance))?;
            session.run_sync("sum", |store| small.call_sum(store, 1, 2))?;
        }
        None => {
            let sum = session.typed_func::<(i32, i32), i32>("sum")?;
            session.run_sync("sum", |store| sum.call(store, (1, 2)))?;
        }
    }
    Ok(())
}

async fn waiting(ready: &Ready<asynchronous::SmallIndices>) -> Result<()> {
    let mut session = ready.guest.session(Functions).start().await?;
    match &ready.indices {
        Some(indices) => {
            let small = session.bind(|store, instance| indices.load(store, instance))?;
            let call = async |store: &mut _| small.call_sum(store, 1, 2).await;
            session.run("sum", call).await?;
        }
        None => {
            let sum = session.typed_func::<(i32, i32), i32>("sum")?;
            let call = async |store: &mut _| sum.call_async(store, (1, 2)).await;
            session.run("sum", call).await?;
        }
    }
    Ok(())
}
