//! A fresh store and instance, one call, and its end.

use anyhow::Result;
use wasmtime::InstancePre;

use super::Plain;
use super::data::Data;
use super::waiting::{in_time, yielding};
use crate::bindings::small;
use crate::clock::{Clock, timed};
use crate::executor::executor;
use crate::guests::Path;
use crate::row::Probe;
use crate::setting::{Mode, Setting};
use crate::threads::each_thread;

/// The smallest guest, compiled and linked.
pub(crate) enum Ready {
    Blocking(small::blocking::SmallPre<Data>),
    Async(small::asynchronous::SmallPre<Data>),
    Module(InstancePre<Data>),
}

impl Ready {
    pub(crate) fn new(plain: &Plain, path: Path, mode: Mode) -> Result<Self> {
        let bytes = path.small_guest(plain.setting.writes)?;
        Ok(match (path, mode) {
            (Path::Component, Mode::Blocking) => {
                Self::Blocking(small::blocking::SmallPre::new(plain.component(&bytes, mode)?)?)
            }
            (Path::Component, Mode::Async) => {
                Self::Async(small::asynchronous::SmallPre::new(plain.component(&bytes, mode)?)?)
            }
            (Path::Env, _) => Self::Module(plain.module(&bytes, mode)?),
        })
    }
}

/// Creates a store and an instance, calls it, and drops both.
pub(crate) fn fresh(plain: Plain, path: Path, mode: Mode) -> Result<Probe> {
    let ready = Ready::new(&plain, path, mode)?;
    match mode {
        Mode::Blocking => Ok(timed(Clock::Thread, move |times| {
            (0..times).try_for_each(|_| blocking(&plain, &ready))
        })),
        Mode::Async => {
            let executor = executor()?;
            Ok(timed(Clock::Thread, move |times| {
                executor.block_on(async {
                    for _ in 0..times {
                        waiting(&plain, &ready).await?;
                    }
                    Ok(())
                })
            }))
        }
    }
}

/// Measures fresh sessions on two threads at a time, each with an async runtime of its own.
pub(crate) fn fresh_on_two_threads(path: Path, setting: Setting) -> Result<Probe> {
    let plain = Plain::new(setting)?;
    let ready = Ready::new(&plain, path, Mode::Async)?;
    Ok(Box::new(move |times| {
        each_thread(|| {
            let executor = executor()?;
            let began = Clock::Thread.now()?;
            executor.block_on(async {
                for _ in 0..times {
                    waiting(&plain, &ready).await?;
                }
                anyhow::Ok(())
            })?;
            Ok(Clock::Thread.now()? - began)
        })
    }))
}

fn blocking(plain: &Plain, ready: &Ready) -> Result<()> {
    let mut store = plain.store()?;
    match ready {
        Ready::Blocking(pre) => {
            pre.instantiate(&mut store)?.call_sum(&mut store, 1, 2)?;
        }
        Ready::Module(pre) => {
            let instance = pre.instantiate(&mut store)?;
            store.data_mut().memory = instance.get_memory(&mut store, "memory");
            let sum = instance.get_typed_func::<(i32, i32), i32>(&mut store, "sum")?;
            sum.call(&mut store, (1, 2))?;
        }
        Ready::Async(_) => anyhow::bail!("it is made for calls that wait"),
    }
    Ok(())
}

async fn waiting(plain: &Plain, ready: &Ready) -> Result<()> {
    let mut store = yielding(plain)?;
    match ready {
        Ready::Async(pre) => {
            let small = in_time(pre.instantiate_async(&mut store)).await?;
            in_time(small.call_sum(&mut store, 1, 2)).await?;
        }
        Ready::Module(pre) => {
            let instance = in_time(pre.instantiate_async(&mut store)).await?;
            store.data_mut().memory = instance.get_memory(&mut store, "memory");
            let sum = instance.get_typed_func::<(i32, i32), i32>(&mut store, "sum")?;
            in_time(sum.call_async(&mut store, (1, 2))).await?;
        }
        Ready::Blocking(_) => anyhow::bail!("it is made for calls that block"),
    }
    Ok(())
}
