//! `wit-host completions`: prints a script with which a shell completes this command's words.

use anyhow::{Context as _, Result};
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::output::print;
use crate::status::Status;

/// Print a script with which a shell completes commands and options
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host completions bash > ~/.local/share/bash-completion/completions/wit-host
  wit-host completions fish > ~/.config/fish/completions/wit-host.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn execute(&self) -> Result<Status> {
        let mut command = crate::Cli::command();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "wit-host", &mut script);
        print(&String::from_utf8(script).context("failed to make the script")?)?;
        Ok(Status::Guest(0))
    }
}
