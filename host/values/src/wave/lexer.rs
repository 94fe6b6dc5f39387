//! Splits WAVE into words, texts and characters. It does not know types. It reads in loops and
//! never recurses, so no text is too long for the stack.

use crate::fault::Fault;
use crate::members::Room;

/// The number of characters of a text that an error quotes.
const QUOTED: usize = 40;

/// A text, and how far it has been read.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    rest: &'a str,
    /// Whether a hole may stand in a value's place.
    has_holes: bool,
    /// The fields that the text may leave out, whose number its copies share.
    pub(super) room: Room,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, rest: text, has_holes: false, room: Room::default() }
    }

    /// Reads a text in which holes may stand in the places of values.
    pub(super) fn with_holes(text: &'a str) -> Self {
        Self { has_holes: true, ..Self::new(text) }
    }

    /// Takes a hole, `_`, `_name` or `$label`, if holes are allowed and one comes next.
    pub(super) fn hole(&mut self) -> Option<&'a str> {
        if !self.has_holes {
            return None;
        }
        self.skip();
        let name = self.rest.strip_prefix(['_', '$'])?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        let end = name.find(|c| !is_part(c)).unwrap_or(name.len());
        let (hole, rest) = self.rest.split_at(end + 1);
        self.rest = rest;
        Some(hole)
    }

    /// Returns whether holes may stand in the places of values.
    pub(super) fn has_holes(&self) -> bool {
        self.has_holes
    }

    /// Takes the character, if it is the next one.
    pub(super) fn accept(&mut self, character: char) -> bool {
        self.skip();
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes the character, which has to be the next one.
    pub(super) fn expect(&mut self, character: char) -> Result<(), Fault> {
        if self.accept(character) {
            return Ok(());
        }
        Err(self.fault(&format!("expected `{character}`, found {}", self.found())))
    }

    /// Takes a number, label or keyword. The word is empty if there is none.
    pub(super) fn word(&mut self) -> &'a str {
        self.skip();
        let is_part = |c: char| c.is_ascii_alphanumeric() || "%_-+.".contains(c);
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// Takes a label. A `%` before it marks a label that is not a keyword.
    pub(super) fn label(&mut self) -> Result<&'a str, Fault> {
        self.skip();
        let before = self.clone();
        match self.word() {
            "" => Err(before.fault(&format!("expected a name, found {}", before.found()))),
            word => Ok(word.strip_prefix('%').unwrap_or(word)),
        }
    }

    /// Takes a character in single quotes.
    pub(super) fn character(&mut self) -> Result<Option<char>, Fault> {
        if !self.accept('\'') {
            return Ok(None);
        }
        let character = self.unescaped()?;
        self.expect_at_once('\'')?;
        Ok(Some(character))
    }

    /// Takes a text in double quotes, or a text of several lines in triple quotes.
    pub(super) fn string(&mut self) -> Result<Option<String>, Fault> {
        self.skip();
        if let Some(rest) = self.rest.strip_prefix("\"\"\"") {
            self.rest = rest;
            return self.lines().map(Some);
        }
        if !self.accept('"') {
            return Ok(None);
        }
        let mut string = String::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix('"') {
                self.rest = rest;
                return Ok(Some(string));
            }
            string.push(self.unescaped()?);
        }
    }

    /// Checks that no text is left.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        self.skip();
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.fault(&format!("expected the end, found {}", self.found())))
    }

    /// Returns the next item for error messages.
    pub(super) fn next(&self) -> &'a str {
        let mut ahead = self.clone();
        ahead.skip();
        let is_end = |(index, c): &(usize, char)| {
            *index > 0 && (c.is_whitespace() || ",:()[]{}".contains(*c)) || *index > QUOTED
        };
        let end = ahead.rest.char_indices().find(is_end);
        &ahead.rest[..end.map_or(ahead.rest.len(), |(index, _)| index)]
    }

    fn found(&self) -> String {
        match self.next() {
            "" => "the end".into(),
            next => format!("`{}`", wit_host_text::short(next)),
        }
    }

    /// Creates a fault with the place that was reached.
    fn fault(&self, what: &str) -> Fault {
        let before = &self.text[..self.text.len() - self.rest.len()];
        Fault::new(format!("{what} (at character {})", before.chars().count() + 1))
    }

    /// Skips white space and comments.
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
            if !self.rest.starts_with("//") {
                return;
            }
            self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end..]);
        }
    }

    /// Takes the character, which has to come next without white space before it.
    fn expect_at_once(&mut self, character: char) -> Result<(), Fault> {
        if self.rest.starts_with(character) { self.expect(character) } else { Err(self.open()) }
    }

    /// Takes one character of a text in quotes.
    fn unescaped(&mut self) -> Result<char, Fault> {
        let mut rest = self.rest.chars();
        let character = match rest.next() {
            None | Some('\n') => return Err(self.open()),
            Some('\\') => match escape(&mut rest) {
                Some(character) => character,
                None => return Err(self.no_such_escape()),
            },
            Some(character) => character,
        };
        self.rest = rest.as_str();
        Ok(character)
    }

    fn no_such_escape(&self) -> Fault {
        self.fault("no such escape; there are `\\n \\t \\r \\\\ \\\" \\' \\u{…}`")
    }

    fn open(&self) -> Fault {
        self.fault("a quote is not closed")
    }

    /// Takes lines up to the closing triple quotes, which are on a line of their own. Their
    /// indentation is removed from every line.
    fn lines(&mut self) -> Result<String, Fault> {
        let (body, rest) = self.rest.split_once("\"\"\"").ok_or_else(|| self.open())?;
        // What stands before the closing quotes on their line is the indentation of all lines.
        let (body, indent) = body.rsplit_once('\n').unwrap_or((body, body));
        let body = body.strip_prefix('\r').unwrap_or(body);
        let mut lines = Vec::new();
        for line in body.split('\n').skip(1) {
            let line = line.strip_prefix(indent).ok_or_else(|| self.no_lines())?;
            let line = line.strip_suffix('\r').unwrap_or(line);
            lines.push(unescape(line).ok_or_else(|| self.no_such_escape())?);
        }
        if !indent.chars().all(|c| c == ' ') || !(body.is_empty() || body.starts_with('\n')) {
            return Err(self.no_lines());
        }
        self.rest = rest;
        Ok(lines.join("\n"))
    }

    fn no_lines(&self) -> Fault {
        self.fault(
            "a text in three quotes has its lines between them, indented as the closing ones",
        )
    }
}

fn unescape(line: &str) -> Option<String> {
    let (mut rest, mut unescaped) = (line.chars(), String::new());
    while let Some(character) = rest.next() {
        unescaped.push(if character == '\\' { escape(&mut rest)? } else { character });
    }
    Some(unescaped)
}

/// Reads what follows a backslash.
fn escape(rest: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match rest.next()? {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        itself @ ('\\' | '"' | '\'') => itself,
        'u' => {
            let (digits, behind) = rest.as_str().strip_prefix('{')?.split_once('}')?;
            let is_short = matches!(digits.len(), 1..=6) && !digits.starts_with('+');
            *rest = behind.chars();
            is_short.then(|| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32))??
        }
        _ => return None,
    })
}
