//! Finds the source lines of a failed call's frames if a person asks for them. They come from
//! the guest's own file, which is read in a process of its own.

use super::Failure;
use crate::code::isolate::{Isolation, Line};
use wit_host_binary::prepare::{strip, with_checks};
use wit_host_text::demangle::demangled;
use wit_host_text::short;

impl Failure {
    /// Adds to each frame of [`Failure::backtrace`] the file and the line that the guest's
    /// debug information has for it. `guest` is the content of the file that the guest was
    /// loaded from. It is read in a process of its own with one second of CPU time and some 512
    /// MiB, because hostile debug information can take its reader any amount of time and
    /// memory.
    ///
    /// A frame without debug information is not changed. If the guest has debug information
    /// that could not be used, [`Failure::lines_left_out`] says why.
    pub fn locate(&mut self, guest: &[u8], isolation: &Isolation) {
        if self.places.iter().all(Option::is_none) {
            return;
        }
        let stripped = strip(guest);
        if !stripped.is_changed() {
            return;
        }
        let reason = match self.guest {
            Some(hash) if hash == stripped.hash() => None,
            Some(_) => Some("the guest's file has changed since it was loaded"),
            None => Some("the guest was loaded as compiled code"),
        };
        if let Some(reason) = reason {
            self.lines_left_out = Some(reason.into());
            return;
        }
        // The guest was compiled, so it was within its limit of time checks.
        let Ok(checked) = with_checks(stripped.binary(), usize::MAX) else { return };
        let in_file =
            |place| checked.place_in_whole(place).and_then(|place| stripped.place_in_whole(place));
        let places: Vec<_> = self.places.iter().map(|place| place.and_then(in_file)).collect();
        let known: Vec<_> = places.iter().flatten().copied().collect();
        match isolation.lines(guest, &known) {
            Ok(lines) => self.add(&places, lines),
            Err(reason) => self.lines_left_out = Some(reason),
        }
    }

    fn add(&mut self, places: &[Option<u64>], lines: Vec<Option<Line>>) {
        let frames = self.backtrace.iter_mut().zip(places).filter(|(_, place)| place.is_some());
        for ((frame, _), line) in frames.zip(lines) {
            let Some(Line { function, file, line }) = line else { continue };
            let name = function.map_or_else(|| frame.clone(), |function| demangled(&function));
            *frame = format!("{name} ({}:{line})", short(&file));
        }
    }
}
