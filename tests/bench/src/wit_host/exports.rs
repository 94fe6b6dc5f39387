//! The host calls the guest again and again.

use anyhow::{Result, bail};
use wit_host::blocking::Session;
use wit_host::{Guest, Val};

use super::runtime;
use crate::bindings::{asynchronous, blocking};
use crate::call::{Call, text};
use crate::clock::{Clock, timed};
use crate::executor::executor;
use crate::functions::Functions;
use crate::guests::Path;
use crate::row::Probe;
use crate::setting::{Mode, Setting};

/// Calls an export.
pub(crate) fn export(path: Path, call: Call, mode: Mode, setting: Setting) -> Result<Probe> {
    let guest = runtime(setting)?.load(path.guest()?)?;
    match mode {
        Mode::Blocking => in_turn(guest.session(Functions).start_blocking()?, path, call),
        Mode::Async => in_executor(&guest, path, call),
    }
}

fn in_turn(mut session: Session<Functions>, path: Path, call: Call) -> Result<Probe> {
    if let Some((name, arguments)) = by_name(call) {
        return Ok(timed(Clock::Thread, move |times| {
            for _ in 0..times {
                session.call(name, &arguments)?;
            }
            Ok(())
        }));
    }
    match (path, call) {
        (Path::Component, Call::Sum) => {
            let plugin = session.bind(blocking::Guest::new)?;
            Ok(timed(Clock::Thread, move |times| {
                for _ in 0..times {
                    session.run_sync("sum", |store| plugin.call_sum(store, 1, 2))?;
                }
                Ok(())
            }))
        }
        (Path::Component, Call::Reply(length)) => {
            let plugin = session.bind(blocking::Guest::new)?;
            let text = text(length);
            Ok(timed(Clock::Thread, move |times| {
                for _ in 0..times {
                    session.run_sync("reply", |store| plugin.call_reply(store, &text))?;
                }
                Ok(())
            }))
        }
        (Path::Env, Call::Sum) => {
            let function = session.typed_func::<(i32, i32), i32>("sum")?;
            Ok(timed(Clock::Thread, move |times| {
                for _ in 0..times {
                    session.run_sync("sum", |store| function.call(store, (1, 2)))?;
                }
                Ok(())
            }))
        }
        _ => bail!("no core module has such an export"),
    }
}

fn in_executor(guest: &Guest<Functions>, path: Path, call: Call) -> Result<Probe> {
    let executor = executor()?;
    let mut session = executor.block_on(guest.session(Functions).start())?;
    if let Some((name, arguments)) = by_name(call) {
        return Ok(timed(Clock::Thread, move |times| {
            executor.block_on(async {
                for _ in 0..times {
                    session.call(name, &arguments).await?;
                }
                Ok(())
            })
        }));
    }
    match (path, call) {
        (Path::Component, Call::Sum) => {
            let plugin = session.bind(asynchronous::Guest::new)?;
            Ok(timed(Clock::Thread, move |times| {
                executor.block_on(async {
                    for _ in 0..times {
                        let call = async |store: &mut _| plugin.call_sum(store, 1, 2).await;
                        session.run("sum", call).await?;
                    }
                    Ok(())
                })
            }))
        }
        (Path::Env, Call::Sum) => {
            let function = session.typed_func::<(i32, i32), i32>("sum")?;
            Ok(timed(Clock::Thread, move |times| {
                executor.block_on(async {
                    for _ in 0..times {
                        let call = async |store: &mut _| function.call_async(store, (1, 2)).await;
                        session.run("sum", call).await?;
                    }
                    Ok(())
                })
            }))
        }
        _ => bail!("texts are only measured in calls that block"),
    }
}

/// Returns the name and the arguments of a call by name.
fn by_name(call: Call) -> Option<(&'static str, Vec<Val>)> {
    match call {
        Call::SumByName => Some(("sum", vec![Val::S32(1), Val::S32(2)])),
        Call::ReplyByName(length) => Some(("reply", vec![Val::String(text(length))])),
        Call::Sum | Call::Reply(_) => None,
    }
}
