//! Values with their place in the file. It does not know what the values mean.

use std::borrow::Cow;
use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

/// A value and its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// The place of the value.
    pub place: Place,
}

/// A place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// A value and where it begins in the text, as it is read from TOML.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    start: usize,
    end: usize,
}

/// What is wrong at a byte of the text.
#[derive(Debug)]
pub struct Problem {
    /// The byte of the text.
    pub start: usize,
    /// What is wrong, and the nearest text that would be right.
    pub reason: String,
}

impl<T> Located<T> {
    /// Creates a value that was read from these bytes of the text.
    pub fn new(value: T, Range { start, end }: Range<usize>) -> Self {
        Self { value, start, end }
    }

    /// Returns the bytes of the text that the value was read from.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Creates the problem at this value.
    pub fn problem(&self, reason: impl Into<String>) -> Problem {
        Problem { start: self.start, reason: reason.into() }
    }

    /// Returns the byte of the text at which the value begins.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Converts the value, and adds its place to an error.
    ///
    /// # Errors
    /// That of `map`, at this value.
    pub fn map<R>(
        &self,
        text: &str,
        map: impl FnOnce(&T) -> Result<R, String>,
    ) -> Result<At<R>, Problem> {
        let value = map(&self.value).map_err(|reason| self.problem(reason))?;
        Ok(At { value, place: self.place(text) })
    }

    /// Returns the place of the value.
    pub fn place(&self, text: &str) -> Place {
        Place::of(text, self.start)
    }
}

impl<T: Clone> Located<T> {
    /// Returns the value with its place in the text that it was read from.
    pub fn at(&self, text: &str) -> At<T> {
        At { value: self.value.clone(), place: self.place(text) }
    }
}

impl Place {
    /// Returns the place of a byte of the text.
    pub fn of(text: &str, byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        Self { line: lines + 1, column: line.chars().count() + 1 }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = toml::Spanned::<T>::deserialize(deserializer)?;
        let range = spanned.span();
        Ok(Self::new(spanned.into_inner(), range))
    }
}

/// The schema is that of the value. The place is not part of the file.
impl<T: JsonSchema> JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns() {
        let text = "a\nbä c\n";
        let cases = [(0, 1, 1), (1, 1, 2), (2, 2, 1), (5, 2, 3), (6, 2, 4), (8, 3, 1), (99, 3, 1)];
        for (byte, line, column) in cases {
            assert_eq!(Place::of(text, byte), Place { line, column }, "{byte}");
        }
        // This byte is inside of a character.
        assert_eq!(Place::of(text, 4).line, 3);
    }
}
