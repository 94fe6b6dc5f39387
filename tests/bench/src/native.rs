//! Measures the work without a guest: calls that the compiler cannot optimise away, copies, and
//! the check of UTF-8.

use std::hint::black_box;

use anyhow::Result;

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
