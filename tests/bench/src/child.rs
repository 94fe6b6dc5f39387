//! Runs this program as its own child, for measurements that need a process of their own.
//! Memory is one: a process does not give all of it back.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::json;

use crate::guests::Path;
use crate::row::{Column, Probe};
use crate::{plain, wit_host};

/// The number of sessions that are idle at the same time.
const SESSIONS: usize = 1_000;

/// The argument that a child's command line begins with.
pub(crate) const CHILD: &str = "--child";

/// Returns the path of this program, unless it is running its unit tests.
pub(crate) fn itself() -> Option<PathBuf> {
    let file = env::current_exe().ok()?;
    let is_program = file.file_stem().is_some_and(|name| name == env!("CARGO_PKG_NAME"));
    is_program.then_some(file)
}

/// Measures the resident memory of an idle session.
pub(crate) fn idle(column: Column, path: Path) -> Result<Probe> {
    let mut child = child()?;
    child.args(["idle", column.title(), path.name()]);
    Ok(probe(child))
}

/// Measures the most memory that a program takes.
pub(crate) fn peak(command: &Command) -> Result<Probe> {
    let mut child = child()?;
    child.arg("peak").arg(command.get_program()).args(command.get_args());
    let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    child.envs(set);
    Ok(probe(child))
}

/// Does the work of a child, and prints the result.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if let [what] = arguments {
        match &**what {
            "answer" => return answer(sum),
            "echo" => return answer(|line| Ok(line.to_owned())),
            _ => {}
        }
    }
    let bytes = match arguments {
        [what, column, path] if what == "idle" => {
            let path = Path::BOTH.into_iter().find(|known| known.name() == path);
            let path = path.context("no such path")?;
            let (before, after) = if column == Column::WitHost.title() {
                wit_host::memory::while_idle(path, SESSIONS, resident)?
            } else {
                plain::memory::while_idle(path, SESSIONS, resident)?
            };
            after.saturating_sub(before) / SESSIONS as u64
        }
        [what, program, arguments @ ..] if what == "peak" => {
            let ended = Command::new(program).args(arguments).output();
            let ended = ended.with_context(|| format!("failed to run `{program}`"))?;
            ensure!(ended.status.success(), "`{program}` failed");
            u64::try_from(getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss())? << 10
        }
        _ => bail!("a child is told what to measure"),
    };
    println!("{bytes}");
    Ok(())
}

/// Answers each line of standard input with one on standard output.
fn answer(of: impl Fn(&str) -> Result<String>) -> Result<()> {
    let (input, mut output) = (io::stdin().lock(), io::stdout().lock());
    for line in input.lines() {
        writeln!(output, "{}", of(&line?)?)?;
        output.flush()?;
    }
    Ok(())
}

/// Returns the sum that a call by JSON-RPC asks for.
fn sum(line: &str) -> Result<String> {
    let call: serde_json::Value = serde_json::from_str(line)?;
    let params = &call["params"];
    let answer = match (params["a"].as_i64(), params["b"].as_i64()) {
        (Some(a), Some(b)) => json!({"jsonrpc": "2.0", "id": call["id"], "result": a + b}),
        _ => json!({"jsonrpc": "2.0", "id": call["id"],
            "error": {"code": -32601, "message": "there is no such function"}}),
    };
    Ok(answer.to_string())
}

fn child() -> Result<Command> {
    let mut child = Command::new(itself().context("the unit tests cannot be their own child")?);
    child.arg(CHILD);
    Ok(child)
}

fn probe(mut child: Command) -> Probe {
    Box::new(move |_| {
        let ended = child.output()?;
        ensure!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        Ok(String::from_utf8(ended.stdout)?.trim().parse()?)
    })
}

/// Returns the memory of this process that is in use.
fn resident() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("failed to ask the kernel")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kibibytes.context("the kernel does not say")?.parse::<u64>()? << 10)
}
