//! Guests that call the host again and again, in one call into the guest.

use anyhow::{Context as _, Result};
use wit_host::blocking::Session;

use super::runtime;
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
