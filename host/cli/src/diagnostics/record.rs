//! `--record`: writes the host calls of guests to a file, which can be played back. It does not know
//! what is called.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use wit_host::Grants;
use wit_host_providers::{RecordedSurroundings, Recording, WasiParts};

use crate::destination::{Destination, is_same_file};
use crate::options::{Options, Usage};
use crate::status::shown_path;

/// The options of a recording.
#[derive(Args)]
pub(crate) struct Record {
    /// Record the host functions that the guest calls as a fixture: with
    /// `--import NAME=FILE` they are answered from it. The file is written as it happens
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Leave the values of parameters and fields of this name out of the recording
    #[arg(long, value_name = "NAME", requires = "record")]
    redact: Vec<String>,

    /// Record these parts of WASI as well
    #[arg(long, value_name = "PARTS", requires = "record", value_delimiter = ',')]
    record_wasi: Vec<Part>,
}

/// A part of WASI that can be recorded.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The times that its clocks have
    Clocks,
    /// The random bytes that it gets
    Random,
    /// Its environment variables
    Environment,
}

impl Record {
    /// Returns the file of the recording.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.record.as_deref()
    }

    /// Begins the recording, before a guest runs. `others` are files that the command writes as well.
    pub(crate) fn begin<'o>(
        &self,
        options: &Options,
        mut others: impl Iterator<Item = &'o Path>,
    ) -> Result<Option<Arc<Recording>>> {
        let Some(path) = &self.record else { return Ok(None) };
        if others.any(|other| other == path || is_same_file(other, path)) {
            let path = shown_path(path);
            let reason =
                format!("`{path}` is to be the recording and another file; give two files");
            return Err(Usage::new(reason).into());
        }
        let package = options.package()?;
        let failed = || format!("failed to write the recording to `{}`", shown_path(path));
        let file = Destination::at(path).and_then(Destination::begin).with_context(failed)?;
        let redacted = self.redact.iter().cloned().chain(options.redacted()?);
        let recording = Recording::new(file, package.as_deref(), redacted);
        Ok(Some(Arc::new(recording.with_context(failed)?)))
    }

    /// Has the recording see what guests learn of their surroundings, if it is to.
    pub(crate) fn seen(&self, grants: Grants, recording: Option<&Arc<Recording>>) -> Grants {
        let has = |part| self.record_wasi.contains(&part);
        let (clocks, random) = (has(Part::Clocks), has(Part::Random));
        let parts = WasiParts { clocks, random, environment: has(Part::Environment) };
        match recording {
            Some(recording) if parts != WasiParts::default() => {
                let recording = Arc::clone(recording);
                grants.surroundings(move || RecordedSurroundings::new(&recording, parts))
            }
            _ => grants,
        }
    }
}
