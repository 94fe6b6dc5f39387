//! Guests that call the host again and again, in one call into the guest.

use std::io;

use anyhow::{Context as _, Result};
use wit_host::blocking::Session;
use wit_host::{Call, DefaultProvider, HostFailure, RuntimeBuilder, Val};
use wit_host_providers::Recording;

use super::{CONTRACT, runtime};
use crate::bindings::blocking::Guest;
use crate::clock::{Clock, timed};
use crate::functions::Functions;
use crate::guests::{Path, Work, fibonacci};
use crate::row::Probe;
use crate::setting::Setting;

/// Makes the guest call the host.
pub(crate) fn calls(path: Path, work: Work, setting: Setting) -> Result<Probe> {
    let guest = runtime(setting)?.load(path.guest()?)?;
    let session = guest.session(Functions).start_blocking()?;
    match path {
        Path::Component => of_component(session, work),
        Path::Env => of_module(session, work),
    }
}

/// Makes a core module compute, without calling the host.
pub(crate) fn computes(argument: i32, setting: Setting) -> Result<Probe> {
    let guest = runtime(setting)?.load(fibonacci()?)?;
    let mut session = guest.session(Functions).start_blocking()?;
    let function = session.typed_func::<i32, i32>("fibonacci")?;
    Ok(timed(Clock::Thread, move |times| {
        for _ in 0..times {
            session.run_sync("fibonacci", |store| function.call(store, argument))?;
        }
        Ok(())
    }))
}

/// Makes a component call a host function over values, and records each call.
pub(crate) fn recorded() -> Result<Probe> {
    let builder = RuntimeBuilder::default()
        .contract(CONTRACT)
        .provide("bench:contract/host", DefaultProvider)
        .func("bench:contract/host.add", |call: Call<'_, Functions>| match *call.arguments() {
            [Val::S32(a), Val::S32(b)] => Ok(Val::S32(a.wrapping_add(b))),
            _ => Err(HostFailure("no numbers".into())),
        })
        .record(Recording::new(io::sink(), None, [""; 0])?);
    let guest = builder.build()?.load(Path::Component.guest()?)?;
    let mut session = guest.session(Functions).start_blocking()?;
    Ok(timed(Clock::Thread, move |times| {
        session.call("call-add", &[Val::U32(times)])?;
        Ok(())
    }))
}

fn of_component(mut session: Session<Functions>, work: Work) -> Result<Probe> {
    let guest = session.bind(Guest::new)?;
    Ok(timed(Clock::Thread, move |times| {
        let call = session.run_sync("call", |store| match work {
            Work::Add => guest.call_call_add(store, times).map(|_| ()),
            Work::AddInLine => guest.call_call_add_in_line(store, times).map(|_| ()),
            Work::EchoText(length) => guest.call_call_echo_text(store, times, length).map(|_| ()),
            Work::MeasureText(length) => {
                guest.call_call_measure_text(store, times, length).map(|_| ())
            }
            Work::EchoBytes(length) => guest.call_call_echo_bytes(store, times, length).map(|_| ()),
            Work::EchoReading => guest.call_call_echo_reading(store, times).map(|_| ()),
            Work::EchoReadings(count) => {
                guest.call_call_echo_readings(store, times, count).map(|_| ())
            }
        });
        Ok(call?)
    }))
}

fn of_module(mut session: Session<Functions>, work: Work) -> Result<Probe> {
    if let Some(name) = work.of_numbers() {
        let function = session.typed_func::<u32, i32>(name)?;
        return Ok(timed(Clock::Thread, move |times| {
            session.run_sync(name, |store| function.call(store, times))?;
            Ok(())
        }));
    }
    let (name, length) = work.of_module().context("no core module does that")?;
    let function = session.typed_func::<(u32, u32), u64>(name)?;
    Ok(timed(Clock::Thread, move |times| {
        session.run_sync(name, |store| function.call(store, (times, length)))?;
        Ok(())
    }))
}
