//! What a store holds: the embedder's data, and what the host keeps for one
//! session beside it.

use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::error::{Error, Result};
use crate::grants::{Access, Grants};
use crate::limits::Meter;

/// What is behind a session: the embedder's host data `T`, which host functions
/// work on, and the host's own book-keeping.
pub struct State<T> {
    data: T,
    /// One context serves both previews of WASI.
    pub(crate) wasi: WasiP1Ctx,
    pub(crate) meter: Meter,
    /// The result that the last two-step function left for the guest to fetch.
    pub(crate) kept: Vec<u8>,
}

impl<T> State<T> {
    pub(crate) fn new(data: T, grants: &Grants, meter: Meter) -> Result<Self> {
        Ok(Self { data, wasi: wasi(grants)?, meter, kept: Vec::new() })
    }

    /// The embedder's host data.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// The embedder's host data, for host functions to change.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.data
    }

    pub(crate) fn into_data(self) -> T {
        self.data
    }
}

impl<T: Send> WasiView for State<T> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.ctx()
    }
}

/// A context of WASI that has what was granted. The network is none of it: the
/// hosts in the grants are for host functions.
fn wasi(grants: &Grants) -> Result<WasiP1Ctx> {
    let mut wasi = WasiCtxBuilder::new();
    wasi.allow_tcp(false).allow_udp(false);
    wasi.args(&grants.arguments).envs(&grants.environment);
    if grants.stdio {
        wasi.inherit_stdio();
    }
    for directory in &grants.directories {
        let allowed = match directory.access {
            Access::ReadOnly => FsPerms::ReadOnly,
            Access::ReadWrite => FsPerms::ReadWrite,
        };
        wasi.preopened_dir(&directory.host, &directory.guest, allowed).map_err(|error| {
            Error::Grant {
                what: directory.host.display().to_string(),
                reason: error.root_cause().to_string(),
            }
        })?;
    }
    Ok(wasi.build_p1())
}
