//! Measures calls in an async runtime: guest code yields at every epoch, and a timer ends the
//! call.

use anyhow::{Context as _, Result, bail};
use wasmtime::component::Val;
use wasmtime::{Instance, Store};

use super::Plain;
use super::data::Data;
use crate::bindings::asynchronous::GuestPre;
use crate::call::Call;
use crate::clock::{Clock, timed};
use crate::executor::executor;
use crate::guests::Path;
use crate::row::Probe;
use crate::setting::{Mode, WALL_CLOCK};

/// Calls an export, and waits for it.
pub(crate) fn export(plain: &Plain, path: Path, call: Call) -> Result<Probe> {
    match (path, call) {
        (Path::Component, Call::Sum) => typed(plain),
        (Path::Component, Call::SumByName) => values(plain),
        (Path::Env, Call::Sum) => module_typed(plain),
        (Path::Env, Call::SumByName) => module_values(plain),
        _ => bail!("texts are only measured in calls that block"),
    }
}

/// Creates a store whose guest lets other tasks run.
pub(crate) fn yielding(plain: &Plain) -> Result<Store<Data>> {
    let mut store = plain.store()?;
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    Ok(store)
}

/// Waits for a call, but no longer than the limit.
pub(crate) async fn in_time<R>(call: impl Future<Output = wasmtime::Result<R>>) -> Result<R> {
    let ended = tokio::time::timeout(WALL_CLOCK, call).await;
    Ok(ended.context("the call took too long")??)
}

fn typed(plain: &Plain) -> Result<Probe> {
    let executor = executor()?;
    let pre = GuestPre::new(plain.component(&Path::Component.guest()?, Mode::Async)?)?;
    let mut store = yielding(plain)?;
    let guest = executor.block_on(pre.instantiate_async(&mut store))?;
    Ok(timed(Clock::Thread, move |times| {
        executor.block_on(async {
            for _ in 0..times {
                in_time(guest.call_sum(&mut store, 1, 2)).await?;
            }
            Ok(())
        })
    }))
}

fn values(plain: &Plain) -> Result<Probe> {
    let executor = executor()?;
    let pre = plain.component(&Path::Component.guest()?, Mode::Async)?;
    let mut store = yielding(plain)?;
    let instance = executor.block_on(pre.instantiate_async(&mut store))?;
    let function = instance.get_func(&mut store, "sum").context("the guest has it")?;
    let arguments = [Val::S32(1), Val::S32(2)];
    Ok(timed(Clock::Thread, move |times| {
        executor.block_on(async {
            for _ in 0..times {
                let mut results = [Val::Bool(false)];
                in_time(function.call_async(&mut store, &arguments, &mut results)).await?;
            }
            Ok(())
        })
    }))
}

fn module_typed(plain: &Plain) -> Result<Probe> {
    let executor = executor()?;
    let (mut store, instance) = executor.block_on(instance(plain))?;
    let function = instance.get_typed_func::<(i32, i32), i32>(&mut store, "sum")?;
    Ok(timed(Clock::Thread, move |times| {
        executor.block_on(async {
            for _ in 0..times {
                in_time(function.call_async(&mut store, (1, 2))).await?;
            }
            Ok(())
        })
    }))
}

fn module_values(plain: &Plain) -> Result<Probe> {
    let executor = executor()?;
    let (mut store, instance) = executor.block_on(instance(plain))?;
    let function = instance.get_func(&mut store, "sum").context("the guest has it")?;
    let arguments = [wasmtime::Val::I32(1), wasmtime::Val::I32(2)];
    Ok(timed(Clock::Thread, move |times| {
        executor.block_on(async {
            for _ in 0..times {
                let mut results = [wasmtime::Val::I32(0)];
                in_time(function.call_async(&mut store, &arguments, &mut results)).await?;
            }
            Ok(())
        })
    }))
}

async fn instance(plain: &Plain) -> Result<(Store<Data>, Instance)> {
    let pre = plain.module(&Path::Env.guest()?, Mode::Async)?;
    let mut store = yielding(plain)?;
    let instance = pre.instantiate_async(&mut store).await?;
    Ok((store, instance))
}
