//! The `wit-host` command: it parses, calls the library and prints. A line that a user of the
//! library would miss does not belong here. Each subcommand is a file in `commands`.

mod calls;
mod commands;
mod destination;
mod diagnostics;
mod json;
mod options;
mod output;
mod remedies;
mod status;
mod watch;

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use commands::Command;
use status::Status;
use wit_host::terminal::{Output, restore};

/// Run WebAssembly guests that may call the host's functions, and nothing else.
///
/// A guest is a component made for the contract in `wit/`, or a core module
/// that imports the same functions from `env`. It may touch what is granted by
/// an option, and is stopped at its limits.
#[derive(Parser)]
#[command(name = "wit-host", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  wit-host inspect guest.wasm                  What is it, and what does it ask for?
  wit-host run guest.wasm                      Run it with nothing granted
  wit-host run --dir data --env A=B guest.wasm
  wit-host contract > wit/contract.wit         What a guest of this host is built against
  wit-host new greeter --lang rust             A guest of your own

The exit status of a command is that of the guest up to 123. Otherwise: 2 wrong usage,
124 out of time, 125 the host failed, 126 the guest was refused, 127 not found, 134 the
guest trapped, 137 another limit was reached.";

/// The first argument of this program where it is to work for another one that isolates
/// that. It is no command for people, so it is not among them.
const ISOLATED_WORKER: &str = "isolated-worker";

/// The first argument of this program where it is to end a provider's process together with
/// another one of this program.
const SUPERVISOR: &str = "provider-supervisor";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == ISOLATED_WORKER => {
            let arguments = arguments.filter_map(|argument| argument.into_string().ok());
            return wit_host::isolated_worker(arguments);
        }
        Some(first) if first == SUPERVISOR => return wit_host_providers::supervise(arguments),
        _ => {}
    }
    quieten();
    let ended = status::survive_large_files().and_then(|()| match Cli::try_parse() {
        Ok(Cli { command }) => command.execute(),
        Err(answer) => answered(&answer),
    });
    let ended = match ended {
        Ok(status) => status.into(),
        Err(error) => status::report_in_time(error).into(),
    };
    for output in [Output::Stdout, Output::Stderr] {
        let _ = restore(output);
    }
    ended
}

/// Prints what the words on the command line have come to that are no command: help,
/// the version, or what is wrong with them.
fn answered(answer: &clap::Error) -> anyhow::Result<Status> {
    if answer.use_stderr() {
        // There is no other place to tell it.
        let _ = answer.print();
        return Ok(Status::Usage);
    }
    let printed = answer.print().and_then(|()| io::stdout().flush());
    printed.context("failed to write to standard output")?;
    Ok(Status::Guest(0))
}

/// Keeps the panics to itself that the library makes errors of: those of the tools that
/// look at guests and compile them, on guests that no usual toolchain makes.
fn quieten() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !wit_host::panic_is_contained() {
            report(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_command_has_an_example() {
        let cli = Cli::command();
        for command in cli.get_subcommands() {
            let name = command.get_name();
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let has_example =
                after.starts_with("Example") && after.contains(&format!("wit-host {name} "));
            assert!(has_example, "`wit-host {name} --help` ends with no example: {after:?}");
        }
    }

    #[test]
    fn every_option_has_help() {
        Cli::command().debug_assert();
        for command in Cli::command().get_subcommands() {
            for argument in command.get_arguments() {
                let (name, id) = (command.get_name(), argument.get_id());
                assert!(argument.get_help().is_some(), "`{id}` of `wit-host {name}` has no help");
            }
        }
    }
}
