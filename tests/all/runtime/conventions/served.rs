//! The host of these tests. It has a function for each convention, and one that is served by
//! several conventions.

use wit_host::env::{Buffer, Filled, MeasuredBuffer, NulTerminated, Out, Status, Utf16, Written};
use wit_host::{Env, Exit, HostFailure, Runtime};

/// The host's data: the texts that were noted, in order.
#[derive(Debug, Default)]
pub(super) struct Host {
    pub(super) noted: Vec<String>,
}

impl Host {
    /// Returns the text in upper case. All conventions serve this function.
    fn shout(&mut self, text: String) -> String {
        text.to_uppercase()
    }

    fn note(&mut self, text: NulTerminated<String>) {
        self.noted.push(text.0);
    }

    fn divide(&mut self, a: i32, b: i32, quotient: Out<i32>, rest: Out<i32>) -> Status {
        match (a.checked_div(b), a.checked_rem(b)) {
            (Some(q), Some(r)) => quotient.set(q).and(rest.set(r)).into(),
            _ => Status::failure(22),
        }
    }

    fn exit(&mut self, status: i32) -> Result<(), Exit> {
        Err(Exit(status))
    }

    async fn exit_later(&mut self, status: i32) -> Result<Result<i32, HostFailure>, Exit> {
        match status {
            0 => Err(Exit(0)),
            1 => Ok(Err(HostFailure("the disk is full".into()))),
            other => Ok(Ok(other)),
        }
    }
}

fn shout_into(host: &mut Host, text: NulTerminated<String>, room: Buffer) -> Filled {
    room.fill(host.shout(text.0))
}

fn shout_measured(host: &mut Host, text: String, room: MeasuredBuffer) -> Status {
    room.fill(host.shout(text))
}

async fn shout_later(host: &mut Host, text: Utf16, room: Buffer) -> Filled {
    room.fill(host.shout(text.0))
}

pub(super) fn define(env: &mut Env<'_, Host>) -> wit_host::wasmtime::Result<()> {
    env.define_abort("abort")?;
    let mut env = env.module("host");
    env.func("shout", Host::shout)?;
    env.define_result_writer("copy")?;
    env.func("shout_into", shout_into)?;
    env.func("shout_measured", shout_measured)?;
    env.func_async("shout_later", shout_later)?;
    env.func("note", Host::note)?;
    env.func("bytes", |_: &mut Host, bytes: NulTerminated<Vec<u8>>| bytes.0.len() as u64)?;
    env.func("units", |_: &mut Host, text: Utf16| i64::try_from(text.0.chars().count()).unwrap())?;
    env.func("given", |_: &mut Host, text: Option<Utf16>| text.is_some())?;
    env.func("named", |_: &mut Host, text: Option<NulTerminated<String>>| text.is_some())?;
    env.func("divide", Host::divide)?;
    env.func("now", |_: &mut Host, at: Out<u64>| -> Written { at.set(1 << 40) })?;
    env.func("fail_with", |_: &mut Host, code: i32| Status::failure(code))?;
    env.func("room", |_: &mut Host, room: Buffer| room.capacity())?;
    env.func("exit", Host::exit)?;
    env.func_async("exit_later", Host::exit_later)
}

pub(super) fn runtime() -> Runtime<Host> {
    crate::support::hosts::builder().module_imports(define).build().unwrap()
}
