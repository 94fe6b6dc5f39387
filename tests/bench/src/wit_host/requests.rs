//! A server of this project.

use anyhow::Result;
use tracing::subscriber::set_default;
use wit_host::{Live, Sessions};
use wit_host_server::{Bounds, HostCalls, Server};

use super::builder;
use crate::functions::Functions;
use crate::guests::Path;
use crate::requests::{BODY, QUEUE, Request, SESSIONS, requests};
use crate::row::Probe;
use crate::setting::Setting;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    Nothing,
    Calls,
    /// Calls, and each host call in them.
    HostCalls,
}

pub(crate) fn served(
    path: Path,
    request: Request,
    setting: Setting,
    counted: Counted,
) -> Result<Probe> {
    let bytes = match request {
        Request::Add => path.small_guest(false)?,
        Request::Reply(_) => path.guest()?,
    };
    let guest = builder(setting).build()?.load(&bytes)?;
    let live = Live::builder(|guest| Sessions::new(guest, || Functions)).serve(guest);
    let mut bounds = Bounds::default();
    (bounds.sessions, bounds.queue, bounds.body) = (SESSIONS, QUEUE, BODY);
    let server = Server::builder(bounds);
    let server = if counted == Counted::Nothing { server.uncounted() } else { server };
    let server = server.only(live, &bytes, None);
    requests(request, move |executor, listener, stopped| {
        // Of this thread, on which the server runs.
        let _listens = (counted == Counted::HostCalls).then(|| set_default(HostCalls::new()));
        executor.block_on(server.serve(listener, async { drop(stopped.await) }))?;
        Ok(())
    })
}
