//! A fresh session, one call, and its end.

use anyhow::Result;
use wit_host::Guest;

use super::runtime;
use crate::bindings::small::asynchronous::Small;
use crate::clock::{Clock, timed};
use crate::executor::executor;
use crate::functions::Functions;
use crate::guests::Path;
use crate::row::Probe;
use crate::setting::{Mode, Setting};
use crate::threads::each_thread;

/// The smallest guest, compiled and linked.
pub(crate) fn guest(path: Path, setting: Setting) -> Result<Guest<Functions>> {
    Ok(runtime(setting)?.load(path.small_guest()?)?)
}

/// Starts a session, calls it, and ends it.
pub(crate) fn fresh(path: Path, mode: Mode, setting: Setting) -> Result<Probe> {
    let guest = guest(path, setting)?;
    match mode {
        Mode::Blocking => Ok(timed(Clock::Thread, move |times| {
            (0..times).try_for_each(|_| blocking(&guest, path))
        })),
        Mode::Async => {
            let executor = executor()?;
            Ok(timed(Clock::Thread, move |times| {
                executor.block_on(async {
                    for _ in 0..times {
                        waiting(&guest, path).await?;
                    }
                    Ok(())
                })
            }))
        }
    }
}

/// The same on two threads at a time, each with an async runtime of its own.
pub(crate) fn fresh_on_two_threads(path: Path, setting: Setting) -> Result<Probe> {
    let guest = guest(path, setting)?;
    Ok(Box::new(move |times| {
        each_thread(|| {
            let executor = executor()?;
            let began = Clock::Thread.now()?;
            executor.block_on(async {
                for _ in 0..times {
                    waiting(&guest, path).await?;
                }
                anyhow::Ok(())
            })?;
            Ok(Clock::Thread.now()? - began)
        })
    }))
}

fn blocking(guest: &Guest<Functions>, path: Path) -> Result<()> {
    let mut session = guest.session_blocking(Functions)?;
    match path {
        Path::Component => {
            let small = session.bind(Small::new)?;
            session.typed("sum", async |store| small.call_sum(store, 1, 2).await)?;
        }
        Path::Env => {
            let sum = session.function::<(i32, i32), i32>("sum")?;
            session.typed("sum", async |store| sum.call_async(store, (1, 2)).await)?;
        }
    }
    Ok(())
}

async fn waiting(guest: &Guest<Functions>, path: Path) -> Result<()> {
    let mut session = guest.session(Functions).await?;
    match path {
        Path::Component => {
            let small = session.bind(Small::new)?;
            let call = async |store: &mut _| small.call_sum(store, 1, 2).await;
            session.typed("sum", call).await?;
        }
        Path::Env => {
            let sum = session.function::<(i32, i32), i32>("sum")?;
            let call = async |store: &mut _| sum.call_async(store, (1, 2)).await;
            session.typed("sum", call).await?;
        }
    }
    Ok(())
}
