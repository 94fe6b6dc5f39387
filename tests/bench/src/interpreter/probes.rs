//! The measurements of wasmi.

use anyhow::{Context as _, Result};
use wasmi::{Caller, Engine, Extern, Instance, Linker, Memory, Module, Store};

use crate::bindings::host::Host as _;
use crate::clock::{Clock, timed};
use crate::functions::{Functions, measure};
use crate::guests::{Path, Work};
use crate::row::Probe;

/// The host data, and the result that the guest has not fetched yet.
#[derive(Default)]
struct Data {
    functions: Functions,
    memory: Option<Memory>,
    kept: Vec<u8>,
}

pub(super) fn calls(work: Work) -> Result<Probe> {
    let engine = Engine::default();
    let module = Module::new(&engine, Path::Env.guest()?)?;
    let (mut store, instance) = instance(&engine, &linker(&engine)?, &module)?;
    if let Some(name) = work.of_numbers() {
        let function = instance.get_typed_func::<u32, i32>(&store, name)?;
        return Ok(timed(Clock::Thread, move |times| {
            function.call(&mut store, times)?;
            Ok(())
        }));
    }
    let (name, length) = work.of_module().context("no core module does that")?;
    let function = instance.get_typed_func::<(u32, u32), u64>(&store, name)?;
    Ok(timed(Clock::Thread, move |times| {
        function.call(&mut store, (times, length))?;
        Ok(())
    }))
}

pub(super) fn export() -> Result<Probe> {
    let engine = Engine::default();
    let module = Module::new(&engine, Path::Env.guest()?)?;
    let (mut store, instance) = instance(&engine, &linker(&engine)?, &module)?;
    let function = instance.get_typed_func::<(i32, i32), i32>(&store, "sum")?;
    Ok(timed(Clock::Thread, move |times| {
        for _ in 0..times {
            function.call(&mut store, (1, 2))?;
        }
        Ok(())
    }))
}

pub(super) fn fresh() -> Result<Probe> {
    let engine = Engine::default();
    let module = Module::new(&engine, Path::Env.small_guest(false)?)?;
    let linker = linker(&engine)?;
    Ok(timed(Clock::Thread, move |times| {
        for _ in 0..times {
            let (mut store, instance) = instance(&engine, &linker, &module)?;
            let function = instance.get_typed_func::<(i32, i32), i32>(&store, "sum")?;
            function.call(&mut store, (1, 2))?;
        }
        Ok(())
    }))
}

fn instance(
    engine: &Engine,
    linker: &Linker<Data>,
    module: &Module,
) -> Result<(Store<Data>, Instance)> {
    let mut store = Store::new(engine, Data::default());
    let instance = linker.instantiate_and_start(&mut store, module)?;
    store.data_mut().memory = instance.get_export(&store, "memory").and_then(Extern::into_memory);
    Ok((store, instance))
}

fn linker(engine: &Engine) -> Result<Linker<Data>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("env", "add", |mut caller: Caller<'_, Data>, a: i32, b: i32| {
        caller.data_mut().functions.add(a, b)
    })?;
    linker.func_wrap(
        "env",
        "echo_text",
        |mut caller: Caller<'_, Data>, at: u32, length: u32| {
            let (bytes, data) = argument(&mut caller, at, length)?;
            let text = std::str::from_utf8(bytes).map_err(failed)?.to_owned();
            data.kept = data.functions.echo_text(text).into_bytes();
            u32::try_from(data.kept.len()).map_err(failed)
        },
    )?;
    linker.func_wrap(
        "env",
        "measure_text",
        |mut caller: Caller<'_, Data>, at: u32, length: u32| {
            let (bytes, _) = argument(&mut caller, at, length)?;
            std::str::from_utf8(bytes).map(measure).map_err(failed)
        },
    )?;
    linker.func_wrap(
        "env",
        "echo_bytes",
        |mut caller: Caller<'_, Data>, at: u32, length: u32| {
            let (bytes, data) = argument(&mut caller, at, length)?;
            let bytes = bytes.to_owned();
            data.kept = data.functions.echo_bytes(bytes);
            u32::try_from(data.kept.len()).map_err(failed)
        },
    )?;
    linker.func_wrap("env", "write_mem", |mut caller: Caller<'_, Data>, at: u32| {
        let (memory, data) = memory(&mut caller)?;
        let room = memory.get_mut(at as usize..).and_then(|rest| rest.get_mut(..data.kept.len()));
        room.ok_or_else(|| failed("outside of memory"))?.copy_from_slice(&data.kept);
        Ok(())
    })?;
    Ok(linker)
}

fn argument<'c>(
    caller: &'c mut Caller<'_, Data>,
    at: u32,
    length: u32,
) -> Result<(&'c [u8], &'c mut Data), wasmi::Error> {
    let (memory, data) = memory(caller)?;
    let bytes = memory.get(at as usize..).and_then(|rest| rest.get(..length as usize));
    Ok((bytes.ok_or_else(|| failed("outside of memory"))?, data))
}

fn memory<'c>(
    caller: &'c mut Caller<'_, Data>,
) -> Result<(&'c mut [u8], &'c mut Data), wasmi::Error> {
    let memory = caller.data().memory.ok_or_else(|| failed("the guest has no memory"))?;
    Ok(memory.data_and_store_mut(caller))
}

fn failed(reason: impl ToString) -> wasmi::Error {
    wasmi::Error::new(reason.to_string())
}
