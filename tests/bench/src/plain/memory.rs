//! Stores and instances that do nothing.

use anyhow::Result;
use wasmtime::Store;

use super::Plain;
use super::data::Data;
use super::sessions::Ready;
use super::waiting::yielding;
use crate::executor::executor;
use crate::guests::Path;
use crate::setting::{Mode, Setting};

/// Creates this number of them, and calls a function while they all exist.
pub(crate) fn while_idle<R>(
    path: Path,
    count: usize,
    mut now: impl FnMut() -> Result<R>,
) -> Result<(R, R)> {
    let (plain, executor) = (Plain::new(Setting::DEFAULT)?, executor()?);
    let ready = Ready::new(&plain, path, Mode::Async)?;
    let first = executor.block_on(instance(&plain, &ready))?;
    let before = now()?;
    let mut stores = Vec::with_capacity(count);
    for _ in 0..count {
        stores.push(executor.block_on(instance(&plain, &ready))?);
    }
    let after = now()?;
    drop((first, stores));
    Ok((before, after))
}

async fn instance(plain: &Plain, ready: &Ready) -> Result<Store<Data>> {
    let mut store = yielding(plain)?;
    match ready {
        Ready::Async(pre) => {
            pre.instantiate_async(&mut store).await?;
        }
        Ready::Module(pre) => {
            pre.instantiate_async(&mut store).await?;
        }
        Ready::Blocking(_) => anyhow::bail!("it is made for calls that block"),
    }
    Ok(store)
}
