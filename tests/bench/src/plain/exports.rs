//! The host calls the guest again and again, in calls that block.

use anyhow::{Context as _, Result, bail};
use wasmtime::component::{self, Val};

use super::Plain;
use super::calls::instance;
use crate::bindings::blocking::GuestPre;
use crate::call::{Call, text};
use crate::clock::{Clock, timed};
use crate::guests::Path;
use crate::row::Probe;
use crate::setting::Mode;

/// Calls an export.
pub(crate) fn export(plain: Plain, path: Path, call: Call) -> Result<Probe> {
    match (path, call) {
        (Path::Component, Call::SumByName) => values(plain, "sum", vec![Val::S32(1), Val::S32(2)]),
        (Path::Component, Call::ReplyByName(length)) => {
            values(plain, "reply", vec![Val::String(text(length))])
        }
        (Path::Component, _) => typed(plain, call),
        (Path::Env, Call::Sum) => {
            let (mut store, instance) = instance(&plain, &path.guest()?)?;
            let function = instance.get_typed_func::<(i32, i32), i32>(&mut store, "sum")?;
            Ok(timed(Clock::Thread, move |times| {
                for _ in 0..times {
                    plain.begin(&mut store)?;
                    function.call(&mut store, (1, 2))?;
                }
                Ok(())
            }))
        }
        (Path::Env, Call::SumByName) => module_values(plain),
        (Path::Env, _) => bail!("no core module has such an export"),
    }
}

fn typed(plain: Plain, call: Call) -> Result<Probe> {
    let pre = GuestPre::new(plain.component(&Path::Component.guest()?, Mode::Blocking)?)?;
    let mut store = plain.store()?;
    let guest = pre.instantiate(&mut store)?;
    let text = match call {
        Call::Reply(length) => text(length),
        _ => String::new(),
    };
    Ok(timed(Clock::Thread, move |times| {
        for _ in 0..times {
            plain.begin(&mut store)?;
            match call {
                Call::Sum => guest.call_sum(&mut store, 1, 2).map(|_| ())?,
                _ => guest.call_reply(&mut store, &text).map(|_| ())?,
            }
        }
        Ok(())
    }))
}

/// Calls a function that was looked up before, with values.
fn values(plain: Plain, name: &str, arguments: Vec<Val>) -> Result<Probe> {
    let pre = plain.component(&Path::Component.guest()?, Mode::Blocking)?;
    let mut store = plain.store()?;
    let instance: component::Instance = pre.instantiate(&mut store)?;
    let function = instance.get_func(&mut store, name).context("the guest has it")?;
    Ok(timed(Clock::Thread, move |times| {
        for _ in 0..times {
            plain.begin(&mut store)?;
            let mut results = [Val::Bool(false)];
            function.call(&mut store, &arguments, &mut results)?;
        }
        Ok(())
    }))
}

fn module_values(plain: Plain) -> Result<Probe> {
    let (mut store, instance) = instance(&plain, &Path::Env.guest()?)?;
    let function = instance.get_func(&mut store, "sum").context("the guest has it")?;
    let arguments = [wasmtime::Val::I32(1), wasmtime::Val::I32(2)];
    Ok(timed(Clock::Thread, move |times| {
        for _ in 0..times {
            plain.begin(&mut store)?;
            let mut results = [wasmtime::Val::I32(0)];
            function.call(&mut store, &arguments, &mut results)?;
        }
        Ok(())
    }))
}
