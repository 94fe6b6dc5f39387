//! Compiles and links guests, so that only instantiating is left to do.

use anyhow::Result;
use wasmtime::component::{self, Component, HasSelf, WasmStr};
use wasmtime::{Caller, InstancePre, Linker, Module, StoreContextMut};

use super::Plain;
use super::data::Data;
use crate::bindings::blocking;
use crate::bindings::host::Host as _;
use crate::functions::{Functions, measure};
use crate::setting::Mode;

impl Plain {
    /// Returns a component that is linked with the contract and with WASI.
    pub(crate) fn component(
        &self,
        bytes: &[u8],
        mode: Mode,
    ) -> Result<component::InstancePre<Data>> {
        let component = Component::new(&self.engine, bytes)?;
        let mut linker = component::Linker::new(&self.engine);
        match mode {
            Mode::Blocking => wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?,
            Mode::Async => wasmtime_wasi::p2::add_to_linker_async(&mut linker)?,
        }
        blocking::Guest::add_to_linker::<_, HasSelf<Functions>>(&mut linker, |data: &mut Data| {
            &mut data.functions
        })?;
        if self.setting.lent {
            linker.allow_shadowing(true);
            linker.instance("bench:contract/host@1.0.0")?.func_wrap(
                "measure-text",
                |store: StoreContextMut<'_, Data>, (text,): (WasmStr,)| {
                    Ok((measure(&text.to_str(&store)?),))
                },
            )?;
        }
        Ok(linker.instantiate_pre(&component)?)
    }

    /// Returns a core module that is linked with the functions of `env` and with WASI.
    pub(crate) fn module(&self, bytes: &[u8], mode: Mode) -> Result<InstancePre<Data>> {
        let module = Module::new(&self.engine, bytes)?;
        let mut linker = Linker::new(&self.engine);
        match mode {
            Mode::Blocking => {
                wasmtime_wasi::p1::add_to_linker_sync(&mut linker, |data: &mut Data| {
                    &mut data.wasi
                })?;
            }
            Mode::Async => {
                wasmtime_wasi::p1::add_to_linker_async(&mut linker, |data: &mut Data| {
                    &mut data.wasi
                })?;
            }
        }
        env(&mut linker)?;
        Ok(linker.instantiate_pre(&module)?)
    }
}

fn env(linker: &mut Linker<Data>) -> Result<()> {
    linker.func_wrap("env", "add", |mut caller: Caller<'_, Data>, a: i32, b: i32| {
        caller.data_mut().functions.add(a, b)
    })?;
    linker.func_wrap(
        "env",
        "echo_text",
        |mut caller: Caller<'_, Data>, at: u32, length: u32| {
            let (bytes, data) = argument(&mut caller, at, length)?;
            let text = std::str::from_utf8(bytes)?.to_owned();
            data.kept = data.functions.echo_text(text).into_bytes();
            Ok(u32::try_from(data.kept.len())?)
        },
    )?;
    linker.func_wrap(
        "env",
        "measure_text",
        |mut caller: Caller<'_, Data>, at: u32, length: u32| {
            let (bytes, _) = argument(&mut caller, at, length)?;
            Ok(measure(std::str::from_utf8(bytes)?))
        },
    )?;
    linker.func_wrap(
        "env",
        "echo_bytes",
        |mut caller: Caller<'_, Data>, at: u32, length: u32| {
            let (bytes, data) = argument(&mut caller, at, length)?;
            let bytes = bytes.to_owned();
            data.kept = data.functions.echo_bytes(bytes);
            Ok(u32::try_from(data.kept.len())?)
        },
    )?;
    linker.func_wrap("env", "write_mem", |mut caller: Caller<'_, Data>, at: u32| {
        let (memory, data) = memory(&mut caller)?;
        let room = memory.get_mut(at as usize..).and_then(|rest| rest.get_mut(..data.kept.len()));
        match room {
            Some(room) => room.copy_from_slice(&data.kept),
            None => wasmtime::bail!("outside of the guest's memory"),
        }
        Ok(())
    })?;
    Ok(())
}

/// Returns the bytes that the guest points to.
fn argument<'c>(
    caller: &'c mut Caller<'_, Data>,
    at: u32,
    length: u32,
) -> wasmtime::Result<(&'c [u8], &'c mut Data)> {
    let (memory, data) = memory(caller)?;
    let bytes = memory.get(at as usize..).and_then(|rest| rest.get(..length as usize));
    match bytes {
        Some(bytes) if bytes.len() <= 16 << 20 => Ok((bytes, data)),
        _ => wasmtime::bail!("outside of the guest's memory, or too long"),
    }
}

/// Returns the memory, which was looked up when the instance was created.
fn memory<'c>(caller: &'c mut Caller<'_, Data>) -> wasmtime::Result<(&'c mut [u8], &'c mut Data)> {
    match caller.data().memory {
        Some(memory) => Ok(memory.data_and_store_mut(caller)),
        None => wasmtime::bail!("the guest has no memory"),
    }
}
