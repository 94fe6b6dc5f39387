//! `wit-host cache`: shows and removes the compiled guests that are stored.

use std::os::unix::ffi::OsStrExt as _;

use anyhow::{Context as _, Result};
use bytesize::ByteSize;
use clap::{Args, Subcommand};
use wit_host::Cache as Library;
use wit_host::terminal::{Output, write_of_guest};

use crate::json;
use crate::options::Usage;
use crate::output::{Format, print, print_json};
use crate::status::{Status, shown_path};

/// Look at the compiled guests that are kept, or remove them
///
/// `run`, `call` and `shell` keep the compiled code of guests, so that the next run
/// starts at once: in `wit-host` under XDG_CACHE_HOME, or under ~/.cache. 1 GiB is
/// kept at most; what has not been used for longest goes first. `--no-cache` of
/// those commands keeps nothing.
#[derive(Args)]
#[command(after_help = "Examples:\n  wit-host cache stat\n  wit-host cache clear")]
pub(crate) struct Cache {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Tell how much is kept
    Stat {
        /// What to print: a text, or a JSON object of `directory`, `guests` and
        /// `bytes`
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: Format,
    },
    /// Remove all of it
    Clear,
    /// Print the directory
    Path,
}

impl Cache {
    pub(crate) fn execute(&self) -> Result<Status> {
        let Some(cache) = Library::of_user() else {
            let reason = "there is no place for a cache; set XDG_CACHE_HOME or HOME to a directory";
            return Err(Usage::new(reason.into()).into());
        };
        let directory = shown_path(cache.directory());
        match &self.action {
            Action::Stat { format: Format::Text } => {
                print(&format!("{} in {directory}\n", told(cache.kept()?)))?;
            }
            Action::Stat { format: Format::Json } => {
                let kept = cache.kept()?;
                let directory = cache.directory().display().to_string();
                print_json(&json::Kept { directory, guests: kept.guests, bytes: kept.bytes })?;
            }
            Action::Clear => print(&format!("removed {}\n", told(cache.clear()?)))?,
            // Programs get the path exactly as it is.
            Action::Path => {
                let path = [cache.directory().as_os_str().as_bytes(), b"\n"].concat();
                write_of_guest(Output::Stdout, &path)
                    .context("failed to write to standard output")?;
            }
        }
        Ok(Status::Guest(0))
    }
}

fn told(kept: wit_host::CacheStats) -> String {
    let guests = match kept.guests {
        1 => "1 compiled guest".into(),
        guests => format!("{guests} compiled guests"),
    };
    format!("{guests} of {}", ByteSize(kept.bytes))
}
