//! Filters a guest's output for a terminal. Text and colours pass; everything else is made
//! visible. Nothing that passes can be taken for a line of the host. The filter does not know
//! where the output is written.

use super::characters::{is_combining, is_hidden, is_joiner};

/// The beginning of the host's lines on a terminal. In a guest's output, its colon is shown by
/// its number.
pub(super) const MARK: &str = "wit-host:";

/// The number of bytes of a colour sequence that passes at most, and of a number in one.
const LONGEST: usize = 64;
const DIGITS: usize = 4;

/// The state of a terminal after all output so far.
#[derive(Debug)]
pub(super) struct Screen {
    /// Whether the line contains anything.
    pub(super) begun: bool,
    /// Whether colours may be set.
    pub(super) styled: bool,
    /// Whether a carriage return is pending. It is written before anything but a line break.
    pub(super) returned: bool,
    /// The number of bytes of the mark that were shown last.
    marked: usize,
    /// Whether the last character was ASCII, to which no mark may be joined.
    plain: bool,
}

/// The filter of one output. The output may arrive in any pieces.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// The beginning of a character or of a sequence whose rest has not arrived.
    unfinished: Vec<u8>,
}

/// The meaning of the bytes after an escape character.
enum Sequence {
    /// Colours, in this number of bytes.
    Style(usize),
    /// The beginning of what may become colours.
    Unfinished,
    Other,
}

impl Filter {
    /// Filters `bytes`, and appends the result to `shown`.
    pub(super) fn pass(&mut self, screen: &mut Screen, bytes: &[u8], shown: &mut Vec<u8>) {
        let mut all = std::mem::take(&mut self.unfinished);
        all.extend_from_slice(bytes);
        let mut rest = &*all;
        while !rest.is_empty() {
            // `broken` is 0 for valid text, the length of bytes that are not UTF-8, or `None`
            // for a character whose rest has not arrived.
            let (text, broken) = match std::str::from_utf8(rest) {
                Ok(text) => (text, Some(0)),
                Err(error) => {
                    let valid = rest.get(..error.valid_up_to()).unwrap_or_default();
                    (std::str::from_utf8(valid).unwrap_or_default(), error.error_len())
                }
            };
            let is_cut = broken == Some(0);
            let passed = pass_text(screen, text, is_cut, shown);
            rest = rest.get(passed..).unwrap_or_default();
            let Some(broken @ 1..) = broken else {
                self.unfinished.extend_from_slice(rest);
                return;
            };
            let (bytes, after) = rest.split_at_checked(broken).unwrap_or((rest, &[]));
            bytes.iter().for_each(|byte| screen.escape(&format!("\\x{byte:02x}"), shown));
            rest = after;
        }
    }

    /// Shows what was begun and not finished.
    pub(super) fn finish(&mut self, screen: &mut Screen, shown: &mut Vec<u8>) {
        let unfinished = std::mem::take(&mut self.unfinished);
        for byte in unfinished {
            match char::from(byte) {
                character @ ' '..='~' => screen.show(character, shown),
                '\u{1b}' => screen.escape("\\u{1b}", shown),
                _ => screen.escape(&format!("\\x{byte:02x}"), shown),
            }
        }
    }
}

/// Shows text. If the text is `cut`, it stops before a sequence that may continue. Returns the
/// number of bytes that are shown.
fn pass_text(screen: &mut Screen, text: &str, cut: bool, shown: &mut Vec<u8>) -> usize {
    let mut rest = text;
    while !rest.is_empty() {
        let quick = pass_plain(screen, rest, shown);
        rest = rest.get(quick..).unwrap_or_default();
        let Some(character) = rest.chars().next() else { break };
        let mut length = character.len_utf8();
        match sequence(rest.as_bytes()) {
            Sequence::Style(bytes) => {
                length = bytes;
                screen.style(rest.get(..bytes).unwrap_or_default(), shown);
            }
            Sequence::Unfinished if cut => break,
            Sequence::Unfinished | Sequence::Other => screen.show(character, shown),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    text.len() - rest.len()
}

/// Shows the plain letters at the beginning of a text, as far as nothing depends on them.
/// Returns their number. Most output is plain, and takes this short way.
fn pass_plain(screen: &mut Screen, text: &str, shown: &mut Vec<u8>) -> usize {
    // The first letter may come after a carriage return, and the last ones may begin the mark.
    let length = plain_length(text.as_bytes()).saturating_sub(MARK.len());
    let Some((first, rest)) = text.get(..length).and_then(|plain| plain.split_at_checked(1)) else {
        return 0;
    };
    first.chars().for_each(|first| screen.show(first, shown));
    shown.extend_from_slice(rest.as_bytes());
    screen.marked = 0;
    length
}

/// Returns the number of leading bytes that are shown unchanged and do not end the mark.
fn plain_length(bytes: &[u8]) -> usize {
    let ends = |byte: &u8| !matches!(byte, b' '..=b'9' | b';'..=b'~');
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

/// Classifies a sequence: `ESC [ 1 ; 31 m` is one of colours.
fn sequence(bytes: &[u8]) -> Sequence {
    let parameters = match bytes {
        [0x1b, b'[', parameters @ ..] => parameters,
        [0x1b] => return Sequence::Unfinished,
        _ => return Sequence::Other,
    };
    let mut digits = 0;
    for (length, byte) in parameters.iter().take(LONGEST).enumerate() {
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        match byte {
            b'm' => return Sequence::Style(length + 3),
            b'0'..=b'9' if digits <= DIGITS => {}
            b';' | b':' => {}
            _ => return Sequence::Other,
        }
    }
    if parameters.len() < LONGEST { Sequence::Unfinished } else { Sequence::Other }
}

impl Screen {
    /// Creates a screen on which nothing has been shown.
    pub(super) const fn new() -> Self {
        Self { begun: false, styled: false, returned: false, marked: 0, plain: false }
    }

    /// Returns what has to be written before the host's own text, so that the text stands on a
    /// line of its own and without the guest's colours.
    pub(super) fn end_line(&mut self) -> &'static str {
        let (begun, styled) = (self.begun, self.styled);
        *self = Self::new();
        match (begun, styled) {
            (true, true) => "\x1b[0m\n",
            (true, false) => "\n",
            (false, true) => "\x1b[0m",
            (false, false) => "",
        }
    }

    fn style(&mut self, sequence: &str, shown: &mut Vec<u8>) {
        shown.extend_from_slice(sequence.as_bytes());
        // A sequence without other digits than 0 resets the colours.
        self.styled = sequence.contains(|c| matches!(c, '1'..='9'));
    }

    fn show(&mut self, character: char, shown: &mut Vec<u8>) {
        match character {
            '\n' => {
                shown.extend_from_slice(if self.returned { b"\r\n" } else { b"\n" });
                (self.begun, self.returned, self.marked) = (false, false, 0);
            }
            // Text on the line must not be turned into other text piece by piece. So the line
            // is emptied before anything is written over it.
            '\r' => (self.returned, self.marked) = (true, 0),
            '\t' => self.put(shown, |shown| shown.push(b'\t')),
            ':' if self.marked + 1 == MARK.len() => self.escape("\\u{3a}", shown),
            _ if is_hidden(character) || (self.plain && is_joiner(character)) => {
                self.escape(&character.escape_unicode().to_string(), shown);
            }
            _ => self.letter(character, shown),
        }
        // Digits, `#` and `*` become keycaps with the joiners that follow them.
        let is_plain = character.is_ascii() && !matches!(character, '0'..='9' | '#' | '*');
        self.plain = is_plain || (self.plain && is_combining(character));
    }

    fn letter(&mut self, character: char, shown: &mut Vec<u8>) {
        let marked = match MARK.chars().nth(self.marked) {
            // A mark hardly changes how the letter before it looks. Otherwise a guest could write
            // the host's mark with one in it.
            _ if is_combining(character) => self.marked,
            Some(next) if next == character => self.marked + 1,
            _ => usize::from(MARK.starts_with(character)),
        };
        self.put(shown, |shown| {
            shown.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        });
        self.marked = marked;
    }

    fn escape(&mut self, escaped: &str, shown: &mut Vec<u8>) {
        self.put(shown, |shown| shown.extend_from_slice(escaped.as_bytes()));
    }

    fn put(&mut self, shown: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
        if std::mem::take(&mut self.returned) {
            shown.extend_from_slice(b"\r\x1b[2K");
        }
        put(shown);
        (self.begun, self.marked, self.plain) = (true, 0, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what is shown of bytes that arrive in one piece, and in any two.
    fn shown(bytes: &[u8]) -> String {
        let whole = in_pieces(&[bytes]);
        for at in 0..bytes.len() {
            let (first, second) = bytes.split_at(at);
            assert_eq!(in_pieces(&[first, second]), whole, "{bytes:?} cut at {at}");
        }
        let single: Vec<_> = bytes.chunks(1).collect();
        assert_eq!(in_pieces(&single), whole, "{bytes:?} byte by byte");
        whole
    }

    fn in_pieces(pieces: &[&[u8]]) -> String {
        let (mut filter, mut screen, mut shown) = (Filter::default(), Screen::new(), vec![]);
        pieces.iter().for_each(|piece| filter.pass(&mut screen, piece, &mut shown));
        filter.finish(&mut screen, &mut shown);
        String::from_utf8(shown).expect("what is shown is UTF-8")
    }

    #[test]
    fn text_and_colours_pass() {
        for text in [
            "",
            "Grüße, 🦀 and 👩\u{200d}🔬 and ❤\u{fe0f} and 1\u{fe0f}\u{20e3}\n",
            "a\tb\r\n",
            "می\u{200c}خواهم",
            "e\u{301}",
            "\u{1b}[1;31mred\u{1b}[0m\u{1b}[m",
            "\u{1b}[38;2;255;128;0mtrue\u{1b}[38:2::1:2:3m",
            "wit-host, wit-hos: wit host: Wit-Host: wwit-host",
        ] {
            assert_eq!(shown(text.as_bytes()), text);
        }
    }

    #[test]
    fn everything_else_is_seen() {
        for (bytes, expected) in [
            (&b"\x1b[2Ja"[..], "\\u{1b}[2Ja"),
            (b"\x1b]52;c;YQ==\x07", "\\u{1b}]52;c;YQ==\\u{7}"),
            (b"\x1b]0;title\x1b\\", "\\u{1b}]0;title\\u{1b}\\"),
            (b"\x1b[?1049h\x1bc\x1b(0", "\\u{1b}[?1049h\\u{1b}c\\u{1b}(0"),
            (b"\x1b[>4;1m\x1b[1 m", "\\u{1b}[>4;1m\\u{1b}[1 m"),
            (b"\x1b[12345m", "\\u{1b}[12345m"),
            (b"\x1b\x1b[1m", "\\u{1b}\x1b[1m"),
            (b"a\x08b\x00\x7f\x0b\x0e", "a\\u{8}b\\u{0}\\u{7f}\\u{b}\\u{e}"),
            // A terminal may interpret these as `ESC [` and `ESC ]`.
            ("\u{9b}2J\u{9d}".as_bytes(), "\\u{9b}2J\\u{9d}"),
            (b"\x9b2J\xff", "\\x9b2J\\xff"),
            (b"\xc3(", "\\xc3("),
            ("a\u{202e}b\u{2066}\u{feff}".as_bytes(), "a\\u{202e}b\\u{2066}\\u{feff}"),
            ("a\u{200d}b\u{fe0f}".as_bytes(), "a\\u{200d}b\\u{fe0f}"),
            // Sequences that are cut short.
            (b"a\x1b", "a\\u{1b}"),
            (b"\x1b[1;3", "\\u{1b}[1;3"),
            (b"\xf0\x9f\xa6", "\\xf0\\x9f\\xa6"),
        ] {
            assert_eq!(shown(bytes), expected);
        }
        let long = format!("\u{1b}[{}m", "1;".repeat(100));
        assert_eq!(shown(long.as_bytes()), long.replace('\u{1b}', "\\u{1b}"));
    }

    #[test]
    fn a_line_that_is_written_over_is_empty_first() {
        assert_eq!(shown(b"1 %\r2 %\r\r\n"), "1 %\r\u{1b}[2K2 %\r\n");
        assert_eq!(shown(b"1 %\r"), "1 %");
    }

    #[test]
    fn long_texts_are_shown_as_short_ones() {
        let long = "a".repeat(30);
        for text in
            ["wit-host: ", "wit-host", "wwit-hos", "\r", "\u{1b}[1m", "\u{301}", "\u{200d}:"]
        {
            for before in 0..20 {
                let (before, after) = long.split_at(before);
                let once = shown(format!("{before}{text}{after}").as_bytes());
                let twice = shown(format!("{before}{text}{after}{text}:").as_bytes());
                assert!(twice.starts_with(&once) || text.ends_with(':'), "{twice:?}");
                assert!(!twice.contains("wit-host:"), "{twice:?}");
            }
        }
    }

    #[test]
    fn the_mark_is_the_hosts() {
        for (text, expected) in [
            ("wit-host: a", "wit-host\\u{3a} a"),
            ("a wwit-host:wit-host:", "a wwit-host\\u{3a}wit-host\\u{3a}"),
            ("\u{1b}[1mwit\u{1b}[0m-host\u{1b}[m:", "\u{1b}[1mwit\u{1b}[0m-host\u{1b}[m\\u{3a}"),
            ("wi\u{301}t-host:", "wi\u{301}t-host\\u{3a}"),
            ("wit-host\u{301}:", "wit-host\u{301}\\u{3a}"),
            ("wi\u{200c}t-host:", "wi\\u{200c}t-host:"),
            ("wit-host\r:", "wit-host\r\u{1b}[2K:"),
            ("-host:\rwit", "-host:\r\u{1b}[2Kwit"),
            ("wit-host\n:", "wit-host\n:"),
        ] {
            assert_eq!(shown(text.as_bytes()), expected);
        }
    }

    /// Removes the colour sequences, which must be complete.
    fn plain(shown: &str) -> String {
        let mut plain = String::new();
        let mut rest = shown;
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            plain.push_str(before);
            let end = after.find(|c: char| !matches!(c, '0'..='9' | ';' | ':')).unwrap_or(0);
            let (parameters, after) = after.split_at(end);
            // The sequence that empties a line comes from the filter itself.
            let is_emptied = parameters == "2" && after.starts_with('K') && before.ends_with('\r');
            assert!(after.starts_with('m') || is_emptied, "{shown:?}");
            rest = &after[1..];
        }
        plain + rest
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

        /// Checks that output in any pieces to any output neither steers the terminal nor looks
        /// like the host's.
        #[test]
        fn nothing_steers_a_terminal(pieces in proptest::collection::vec(piece(), 0..30)) {
            let (mut filters, mut screen, mut shown) =
                ([Filter::default(), Filter::default()], Screen::new(), Vec::new());
            for (output, bytes) in &pieces {
                filters[usize::from(*output)].pass(&mut screen, bytes, &mut shown);
            }
            filters.iter_mut().for_each(|filter| filter.finish(&mut screen, &mut shown));
            let shown = String::from_utf8(shown).expect("what is shown is UTF-8");
            let plain = plain(&shown);
            assert!(!plain.chars().any(|c| is_hidden(c) && !"\t\r\n".contains(c)), "{shown:?}");
            let seen: String = plain.chars().filter(|c| !is_combining(*c)).collect();
            assert!(!seen.contains(MARK), "{shown:?}");
            // Text that is written over stands on an empty line.
            let mut over = shown.split('\r').skip(1);
            assert!(over.all(|rest| rest.starts_with('\n') || rest.starts_with("\u{1b}[2K")));
        }
    }

    fn piece() -> impl proptest::strategy::Strategy<Value = (bool, Vec<u8>)> {
        use proptest::prelude::*;
        let known = prop::sample::select(vec![
            &b"\x1b"[..],
            b"\x1b[",
            b"[",
            b"1;31",
            b"m",
            b"2J",
            b"\x9b",
            b"\xc2",
            b"\r",
            b"\n",
            b"\t",
            b"wit",
            b"-host",
            b"wit-host",
            b":",
            b": ",
            b"\xcc\x81",
            b"\xe2\x80\x8d",
            b"\xe2\x80\xae",
            b"\xf0\x9f",
            b"\xa6\x80",
            b"\x08",
            b"a",
        ]);
        let bytes = prop_oneof![
            4 => known.prop_map(<[u8]>::to_vec),
            1 => prop::collection::vec(any::<u8>(), 0..5),
        ];
        (any::<bool>(), bytes)
    }

    #[test]
    fn outputs_share_a_screen() {
        let (mut screen, mut shown) = (Screen::new(), vec![]);
        let [mut one, mut other] = [Filter::default(), Filter::default()];
        one.pass(&mut screen, b"\x1b[7mwit-", &mut shown);
        other.pass(&mut screen, b"host: a", &mut shown);
        assert_eq!(shown, b"\x1b[7mwit-host\\u{3a} a");
        assert_eq!((screen.end_line(), screen.end_line()), ("\x1b[0m\n", ""));
        one.pass(&mut screen, b"a\n\x1b[1mb\x1b[0m", &mut shown);
        assert_eq!(screen.end_line(), "\n");
    }
}
