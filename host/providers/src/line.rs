//! Reads lines of a process, with a limit on the length that is held in memory. It does not know
//! what the lines mean.

use std::io::{self, BufRead};

/// The limit in bytes of a line that is a message.
pub(crate) const LONGEST: usize = 16 << 20;

/// The result of reading a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Whole(Vec<u8>),
    /// The line is longer than the limit.
    TooLong,
    /// The input has ended.
    End,
}

/// Returns the next line, without its end.
pub(crate) fn next(from: &mut impl BufRead, longest: usize) -> io::Result<Line> {
    let mut line = Vec::new();
    loop {
        let bytes = match from.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if bytes.is_empty() {
            return Ok(if line.is_empty() { Line::End } else { Line::Whole(line) });
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        if line.len().saturating_add(part.len()) > longest {
            return Ok(Line::TooLong);
        }
        line.extend_from_slice(part);
        let read = end.map_or(bytes.len(), |end| end + 1);
        from.consume(read);
        if end.is_some() {
            return Ok(Line::Whole(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_bounded() {
        let mut text: &[u8] = b"one\n\n123456\nlast";
        let whole = |line: &[u8]| Line::Whole(line.into());
        assert_eq!(next(&mut text, 5).expect("text"), whole(b"one"));
        assert_eq!(next(&mut text, 5).expect("text"), whole(b""));
        assert_eq!(next(&mut text, 5).expect("text"), Line::TooLong);
        let mut text: &[u8] = b"last";
        assert_eq!(next(&mut text, 5).expect("text"), whole(b"last"));
        assert_eq!(next(&mut text, 5).expect("text"), Line::End);
    }
}
