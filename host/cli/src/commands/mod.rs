//! The subcommands. Each is a file here, with a struct of the command's name that holds its
//! arguments and whose `execute` runs it, and a line of the table below. What several commands use
//! is not here.

use anyhow::Result;
use clap::Subcommand;

use crate::status::Status;

/// Declares the module of each command, its variant of [`Command`] and the call of its `execute`.
macro_rules! commands {
    ($($module:ident::$Command:ident,)*) => {
        $(pub(crate) mod $module;)*

        /// A subcommand with its arguments. The help lists them in the order of the table.
        #[derive(Subcommand)]
        pub(crate) enum Command {
            // Boxed, since some have a dozen times as many options as others.
            $($Command(Box<$module::$Command>),)*
        }

        impl Command {
            /// Runs the command.
            pub(crate) fn execute(self) -> Result<Status> {
                match self {
                    $(Self::$Command(command) => command.execute(),)*
                }
            }
        }
    };
}

commands! {
    run::Run,
    call::Call,
    shell::Shell,
    check::Check,
    inspect::Inspect,
    serve::Serve,
    test::Test,
    adapt::Adapt,
    new::New,
    doctor::Doctor,
    compile::Compile,
    contract::Contract,
    config::Config,
    cache::Cache,
    completions::Completions,
}
