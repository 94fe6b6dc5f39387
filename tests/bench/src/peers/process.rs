//! Measures the work of another process. It prints `ready`, then reads numbers of repetitions,
//! and answers each with its cost. This module does not know the process or the work.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, anyhow, ensure};

use crate::clock::pinned;
use crate::row::Probe;

/// Starts the process, and returns a probe of its work. The process ends with the probe.
///
/// # Errors
/// If the process cannot be started, or ends before it is ready, with what it has printed about
/// that.
pub(super) fn probe(name: &'static str, command: Command) -> Result<Probe> {
    let mut process = Process::start(name, command)?;
    Ok(Box::new(move |times| process.work(times)))
}

struct Process {
    name: &'static str,
    child: Child,
    output: BufReader<ChildStdout>,
    errors: ChildStderr,
}

impl Process {
    /// Starts the process. It inherits the cores of this thread, so it runs on one core.
    fn start(name: &'static str, mut command: Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = || format!("failed to start `{name}`");
        let mut child = pinned(|| command.spawn().with_context(failed))?;
        let output = BufReader::new(child.stdout.take().with_context(failed)?);
        let errors = child.stderr.take().with_context(failed)?;
        let mut process = Self { name, child, output, errors };
        let line = process.line()?;
        ensure!(line == "ready", "`{name}` says `{line}` instead of `ready`");
        Ok(process)
    }

    fn work(&mut self, times: u32) -> Result<f64> {
        let input = self.child.stdin.as_mut().context("nobody closes it before the end")?;
        // If the process has ended, reading its answer reports the reason.
        let _ = writeln!(input, "{times}");
        let line = self.line()?;
        line.parse().with_context(|| format!("`{}` says `{line}`, which is no cost", self.name))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        match line.strip_suffix('\n') {
            Some(line) => Ok(line.to_owned()),
            None => Err(self.ended()),
        }
    }

    fn ended(&mut self) -> anyhow::Error {
        let mut said = String::new();
        let _ = self.errors.read_to_string(&mut said);
        anyhow!("`{}` ended early: {}", self.name, said.trim())
    }
}

impl Drop for Process {
    /// Waiting closes the process's input, at whose end it exits.
    fn drop(&mut self) {
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::commands::directory;

    fn shell(script: &str) -> Result<Probe> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        probe("shell", command)
    }

    #[test]
    fn every_number_is_answered_by_a_cost() {
        let mut probe =
            shell("echo ready; while read times; do echo $((times * 3)).5; done").expect("a probe");
        for (times, cost) in [(1, 3.5), (1_000, 3_000.5), (0, 0.5)] {
            assert_eq!(probe(times).expect("a cost"), cost);
        }
    }

    #[test]
    fn what_cannot_be_measured_is_named() {
        let cases = [
            ("echo no guest >&2", "`shell` ended early: no guest"),
            ("echo hello", "`shell` says `hello` instead of `ready`"),
            ("echo ready; read times; echo trap >&2", "`shell` ended early: trap"),
            ("echo ready; exec <&-; echo closed >&2", "`shell` ended early: closed"),
            ("echo ready; read times; echo much", "`shell` says `much`, which is no cost"),
        ];
        for (script, expected) in cases {
            let ended = shell(script).and_then(|mut probe| probe(1));
            let error = ended.expect_err(script);
            assert_eq!(error.to_string(), expected, "{script}");
        }
        let missing = probe("nothing", Command::new("/no/such/program")).err();
        assert_eq!(missing.expect("an error").to_string(), "failed to start `nothing`");
    }

    #[test]
    fn a_process_ends_with_its_probe() {
        let file = directory().expect("a directory").join("ended");
        let script = format!("echo ready; cat; echo ended > '{}'", file.display());
        drop(shell(&script).expect("a probe"));
        assert_eq!(fs::read_to_string(&file).expect("what it left behind"), "ended\n");
        fs::remove_file(&file).expect("nothing is left behind");
    }
}
