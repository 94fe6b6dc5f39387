//! A peer of the benchmark, which runs a guest in Extism or in wasmer. Its command line names the
//! peer, the guest and the work. It prints `ready`, then reads numbers, does the work that number
//! of times, and answers with the nanoseconds of CPU time.

mod clock;
mod functions;
mod with_extism;
mod with_wasmer;

use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

/// Does the work this number of times.
type Work = Box<dyn FnMut(u32) -> Result<()>>;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match work(&arguments).and_then(answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the work that the command line asks for, with everything that it needs set up.
fn work(arguments: &[String]) -> Result<Work> {
    let [peer, guest, work, length] = arguments else {
        bail!("a peer is told its name, a guest's file, an export or `fresh`, and a length");
    };
    let guest = fs::read(guest).with_context(|| format!("failed to read `{guest}`"))?;
    let length = length.parse().with_context(|| format!("`{length}` is no length"))?;
    match peer.as_str() {
        "extism" => with_extism::work(guest, work, length),
        "wasmer" => with_wasmer::work(&guest, work, length),
        _ => bail!("there is no `{peer}`; there are `extism` and `wasmer`"),
    }
}

fn answer(mut work: Work) -> Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "ready")?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let times = line.parse().with_context(|| format!("`{line}` is no number of times"))?;
        let began = clock::now()?;
        work(times)?;
        writeln!(output, "{}", (clock::now()? - began).as_nanos())?;
    }
    Ok(())
}
