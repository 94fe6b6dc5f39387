//! The `wit-host` command: it parses, calls the library and prints. A line that
//! a user of the library would miss does not belong here.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
