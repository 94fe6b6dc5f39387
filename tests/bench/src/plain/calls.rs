//! Guests that call the host again and again, in one call into the guest.

use anyhow::{Context as _, Result};
use wasmtime::{Instance, Store};

use super::Plain;
use super::data::Data;
use crate::bindings::blocking::{Guest, GuestPre};
use crate::clock::{Clock, timed};
use crate::guests::{Path, Work, fibonacci};
use crate::row::Probe;
use crate::setting::Mode;

/// Makes the guest call the host.
pub(crate) fn calls(plain: Plain, path: Path, work: Work) -> Result<Probe> {
    match path {
        Path::Component => of_component(plain, work),
        Path::Env => of_module(plain, work),
    }
}

/// Makes a core module compute, without calling the host.
pub(crate) fn computes(plain: Plain, argument: i32) -> Result<Probe> {
    let (mut store, instance) = instance(&plain, &fibonacci()?)?;
    let function = instance.get_typed_func::<i32, i32>(&mut store, "fibonacci")?;
    Ok(timed(Clock::Thread, move |times| {
        for _ in 0..times {
            plain.begin(&mut store)?;
            function.call(&mut store, argument)?;
        }
        Ok(())
    }))
}

fn of_component(plain: Plain, work: Work) -> Result<Probe> {
    let pre = GuestPre::new(plain.component(&Path::Component.guest()?, Mode::Blocking)?)?;
    let mut store = plain.store()?;
    let guest = pre.instantiate(&mut store)?;
    Ok(timed(Clock::Thread, move |times| {
        plain.begin(&mut store)?;
        Ok(call(&guest, &mut store, work, times)?)
    }))
}

fn call(guest: &Guest, store: &mut Store<Data>, work: Work, times: u32) -> wasmtime::Result<()> {
    match work {
        Work::Add => guest.call_call_add(store, times).map(|_| ()),
        Work::AddInLine => guest.call_call_add_in_line(store, times).map(|_| ()),
        Work::EchoText(length) => guest.call_call_echo_text(store, times, length).map(|_| ()),
        Work::MeasureText(length) => guest.call_call_measure_text(store, times, length).map(|_| ()),
        Work::EchoBytes(length) => guest.call_call_echo_bytes(store, times, length).map(|_| ()),
        Work::EchoReading => guest.call_call_echo_reading(store, times).map(|_| ()),
        Work::EchoReadings(count) => guest.call_call_echo_readings(store, times, count).map(|_| ()),
    }
}

fn of_module(plain: Plain, work: Work) -> Result<Probe> {
    let (mut store, instance) = instance(&plain, &Path::Env.guest()?)?;
    if let Some(name) = work.of_numbers() {
        let function = instance.get_typed_func::<u32, i32>(&mut store, name)?;
        return Ok(timed(Clock::Thread, move |times| {
            plain.begin(&mut store)?;
            function.call(&mut store, times)?;
            Ok(())
        }));
    }
    let (name, length) = work.of_module().context("no core module does that")?;
    let function = instance.get_typed_func::<(u32, u32), u64>(&mut store, name)?;
    Ok(timed(Clock::Thread, move |times| {
        plain.begin(&mut store)?;
        function.call(&mut store, (times, length))?;
        Ok(())
    }))
}

pub(crate) fn instance(plain: &Plain, bytes: &[u8]) -> Result<(Store<Data>, Instance)> {
    let mut store = plain.store()?;
    let instance = plain.module(bytes, Mode::Blocking)?.instantiate(&mut store)?;
    store.data_mut().memory = instance.get_memory(&mut store, "memory");
    Ok((store, instance))
}
