//! A guest whose import is served over values, and a call of the component that serves in the
//! other column.

use anyhow::{Context as _, Result};
use wasmtime::StoreContextMut;
use wasmtime::component::{Component, Linker, Val};

use super::Plain;
use super::data::Data;
use super::waiting::{in_time, yielding};
use crate::bindings::{asynchronous, blocking};
use crate::clock::{Clock, timed};
use crate::executor::executor;
use crate::guests::{Path, provider};
use crate::row::Probe;
use crate::setting::Mode;

const HOST: &str = "bench:contract/host@1.0.0";

fn sum(arguments: &[Val], results: &mut [Val]) -> wasmtime::Result<()> {
    match (arguments, results) {
        ([Val::S32(a), Val::S32(b)], [sum]) => *sum = Val::S32(a.wrapping_add(*b)),
        _ => wasmtime::bail!("other arguments"),
    }
    Ok(())
}

/// Serves `add` with a closure over values.
pub(crate) fn closure(plain: &Plain, mode: Mode) -> Result<Probe> {
    let component = Component::new(&plain.engine, Path::Component.guest()?)?;
    let mut linker: Linker<Data> = Linker::new(&plain.engine);
    linker.define_unknown_imports_as_traps(&component)?;
    linker.allow_shadowing(true);
    let mut host = linker.instance(HOST)?;
    match mode {
        Mode::Blocking => {
            host.func_new("add", |_: StoreContextMut<'_, Data>, _, arguments, results| {
                sum(arguments, results)
            })?;
        }
        Mode::Async => host.func_new_async("add", |_, _, arguments, results| {
            Box::new(async move { sum(arguments, results) })
        })?,
    }
    let pre = linker.instantiate_pre(&component)?;
    match mode {
        Mode::Blocking => {
            let mut store = plain.store()?;
            let guest = blocking::GuestPre::new(pre)?.instantiate(&mut store)?;
            let plain = Plain { engine: plain.engine.clone(), ..*plain };
            Ok(timed(Clock::Thread, move |times| {
                plain.begin(&mut store)?;
                guest.call_call_add(&mut store, times)?;
                Ok(())
            }))
        }
        Mode::Async => {
            let (executor, mut store) = (executor()?, yielding(plain)?);
            let pre = asynchronous::GuestPre::new(pre)?;
            let guest = executor.block_on(pre.instantiate_async(&mut store))?;
            Ok(timed(Clock::Thread, move |times| {
                executor.block_on(in_time(guest.call_call_add(&mut store, times)))?;
                Ok(())
            }))
        }
    }
}

/// Calls `add` of the component.
pub(crate) fn export(plain: &Plain) -> Result<Probe> {
    let component = Component::new(&plain.engine, provider()?)?;
    let pre = Linker::<Data>::new(&plain.engine).instantiate_pre(&component)?;
    let (executor, mut store) = (executor()?, yielding(plain)?);
    let instance = executor.block_on(pre.instantiate_async(&mut store))?;
    let interface = instance.get_export_index(&mut store, None, HOST).context("it has it")?;
    let index = instance.get_export_index(&mut store, Some(&interface), "add");
    let add = instance.get_typed_func::<(i32, i32), (i32,)>(&mut store, &index.context("add")?)?;
    Ok(timed(Clock::Thread, move |times| {
        executor.block_on(async {
            for _ in 0..times {
                in_time(add.call_async(&mut store, (1, 2))).await?;
            }
            Ok(())
        })
    }))
}
