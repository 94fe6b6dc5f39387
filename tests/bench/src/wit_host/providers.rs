//! Guests whose imports are served over values, by another component, or by a process.

use std::ffi::OsStr;
use std::path::Path as File;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use wit_host::{GuestProvider, Runtime, RuntimeBuilder, TrapProvider, Val};
use wit_host_providers::ProcessProvider;

use super::CONTRACT;
use crate::bindings::{asynchronous, blocking};
use crate::clock::{Clock, timed};
use crate::guests::{Path, Work, provider};
use crate::row::Probe;
use crate::setting::{Mode, WALL_CLOCK};

/// The functions that the guest imports and that are not measured.
const OTHERS: [&str; 5] =
    ["echo-text", "measure-text", "echo-bytes", "echo-reading", "echo-readings"];

fn builder() -> RuntimeBuilder<()> {
    let limits = wit_host::Limits::default().wall_clock(WALL_CLOCK);
    Runtime::builder().allow_text_format(true).contract(CONTRACT).limits(limits)
}

fn sum(arguments: &[Val]) -> Val {
    match arguments {
        [Val::S32(a), Val::S32(b)] => Val::S32(a.wrapping_add(*b)),
        _ => Val::Bool(false),
    }
}

/// Serves `add` with a closure over values.
pub(crate) fn closure(mode: Mode) -> Result<Probe> {
    let builder = match mode {
        Mode::Blocking => builder().func("add", |call| sum(call.arguments())),
        Mode::Async => {
            builder().func_async("add", |call| Box::pin(async move { sum(call.arguments()) }))
        }
    };
    // None of these is called.
    let served = OTHERS.into_iter().fold(builder, |builder, name| builder.func(name, |_| ()));
    match mode {
        Mode::Blocking => {
            let guest = served.build()?.load(Path::Component.guest()?)?;
            let mut session = guest.session(()).start_blocking()?;
            let guest = session.bind(blocking::Guest::new)?;
            Ok(timed(Clock::Thread, move |times| {
                session.run_sync("call", |store| guest.call_call_add(store, times))?;
                Ok(())
            }))
        }
        Mode::Async => calls(&served.build()?, Work::Add),
    }
}

/// Serves the work's function with a component.
pub(crate) fn component(work: Work) -> Result<Probe> {
    let own = Runtime::<()>::builder().allow_text_format(true).build()?;
    let provider = GuestProvider::new(&own, "provider", provider()?, || ())?;
    let provider = std::sync::Arc::new(provider);
    let runtime = builder()
        .provide("bench:contract/host.add", std::sync::Arc::clone(&provider))
        .provide("bench:contract/host.echo-bytes", provider)
        .provide("bench:contract/host", TrapProvider);
    calls(&runtime.build()?, work)
}

/// Serves `add` with a process, and measures by the clock.
pub(crate) fn process<A: AsRef<OsStr>>(
    program: &File,
    arguments: impl IntoIterator<Item = A>,
) -> Result<Probe> {
    let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_owned());
    let provider = ProcessProvider::new(program, arguments);
    let runtime = builder()
        .provide("bench:contract/host.add", provider.context("the program is there")?)
        .provide("bench:contract/host", TrapProvider);
    let mut probe = calls(&runtime.build()?, Work::Add)?;
    Ok(Box::new(move |times| {
        let began = Instant::now();
        probe(times)?;
        Ok(began.elapsed().as_secs_f64() * 1e9)
    }))
}

fn calls(runtime: &Runtime<()>, work: Work) -> Result<Probe> {
    let guest = runtime.load(Path::Component.guest()?)?;
    let mut session = guest.session(()).start_blocking()?;
    let guest = session.bind(asynchronous::Guest::new)?;
    Ok(timed(Clock::Thread, move |times| {
        match work {
            Work::Add => {
                let call = async |store: &mut _| guest.call_call_add(store, times).await;
                session.run("call", call).map(|_| ())?;
            }
            Work::EchoBytes(length) => {
                let call =
                    async |store: &mut _| guest.call_call_echo_bytes(store, times, length).await;
                session.run("call", call).map(|_| ())?;
            }
            _ => bail!("nothing else is served by another"),
        }
        Ok(())
    }))
}
