//! Measures the work without a guest: calls that the compiler cannot optimise away, copies, and
//! the check of UTF-8.

use std::ffi::OsStr;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::bindings::host::Reading;
use crate::clock::{Clock, timed};
use crate::guests::Work;
use crate::row::Probe;

/// Measures the host function without a guest. A value is copied from one memory into the
/// host's, and back to another place.
pub(crate) fn calls(work: Work) -> Result<Probe> {
    Ok(match work {
        Work::Add | Work::AddInLine => {
            let add: fn(i32, i32) -> i32 = black_box(i32::wrapping_add);
            let each: u32 = if work == Work::Add { 1 } else { 10 };
            timed(Clock::Thread, move |times| {
                let sum = (0..times.saturating_mul(each)).fold(0, |sum, _| add(black_box(sum), 1));
                black_box(sum);
                Ok(())
            })
        }
        Work::EchoText(length) => copies(length, |bytes| {
            Ok(std::str::from_utf8(black_box(bytes))?.to_owned().into_bytes())
        }),
        Work::MeasureText(length) => copies(length, |bytes| {
            black_box(std::str::from_utf8(black_box(bytes))?.len());
            Ok(Vec::new())
        }),
        Work::EchoBytes(length) => copies(length, |bytes| Ok(black_box(bytes).to_owned())),
        Work::EchoReading => readings(1),
        Work::EchoReadings(count) => readings(count),
    })
}

fn copies(length: u32, host: impl Fn(&[u8]) -> Result<Vec<u8>> + 'static) -> Probe {
    let from = vec![b'a'; length as usize];
    let mut to = from.clone();
    timed(Clock::Thread, move |times| {
        for _ in 0..times {
            let kept = host(&from)?;
            if let Some(room) = to.get_mut(..kept.len()) {
                room.copy_from_slice(black_box(&kept));
            }
            black_box(&mut to);
        }
        Ok(())
    })
}

/// Copies bytes as they go through another guest: out of one memory, into the other, and back.
pub(crate) fn copies_through(length: u32) -> Result<Probe> {
    let from = vec![b'a'; length as usize];
    let (mut other, mut to) = (from.clone(), from.clone());
    Ok(timed(Clock::Thread, move |times| {
        for _ in 0..times {
            let kept = black_box(&from).to_owned();
            other.copy_from_slice(black_box(&kept));
            let kept = black_box(&other).to_owned();
            to.copy_from_slice(black_box(&kept));
            black_box(&mut to);
        }
        Ok(())
    }))
}

/// Sends lines to a process that sends them back, and measures by the clock.
pub(crate) fn pipe(
    program: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<Probe> {
    let mut command = Command::new(program);
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut to = child.stdin.take().context("it is piped")?;
    let mut from = BufReader::new(child.stdout.take().context("it is piped")?);
    let mut line = String::new();
    Ok(Box::new(move |times| {
        let began = Instant::now();
        for _ in 0..times {
            to.write_all(b"a line of about as many bytes as a call of a function has\n")?;
            line.clear();
            from.read_line(&mut line)?;
        }
        // The process ends when its input is closed, with this probe.
        let _ = child.try_wait()?;
        Ok(began.elapsed().as_secs_f64() * 1e9)
    }))
}

fn readings(count: u32) -> Probe {
    let from: Vec<_> = (0..count).map(|sensor| Reading { sensor, at: 2, value: 0.5 }).collect();
    let mut to = from.clone();
    timed(Clock::Thread, move |times| {
        for _ in 0..times {
            let kept = black_box(&from).clone();
            to.copy_from_slice(black_box(&kept));
            black_box(&mut to);
        }
        Ok(())
    })
}
