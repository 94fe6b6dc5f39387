//! Tests as data: a file of rows, each with a name, texts that are given, and the text that is
//! expected.
//!
//! ```text
//! What the file is about, for people.
//!
//! === the name of a row
//! the first text
//! --- label
//! another text
//! --- expect
//! what is expected
//! ```
//!
//! With `TRYCMD=overwrite` the expected texts are written into the file as they are found, as
//! `trycmd` does it for commands.

use std::fs;
use std::path::{Path, PathBuf};

/// The last label of each row.
const EXPECT: &str = "expect";

/// The rows of a file.
pub(crate) struct Rows {
    path: PathBuf,
    /// The text before the first row.
    head: String,
    rows: Vec<Row>,
}

/// A row of a file.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// The texts with their labels. The first has none.
    texts: Vec<(String, String)>,
    expected: String,
}

impl Rows {
    /// Reads a file, by its path below `tests/all`.
    pub(crate) fn read(path: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/all").join(path);
        let text = fs::read_to_string(&path).expect("a file of rows");
        let (head, rows) = text.split_once("=== ").expect("a row");
        let rows = rows.split("\n=== ").map(Row::read).collect();
        Self { head: head.to_owned(), rows, path }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }

    /// Compares what is found for each row with what it expects, or writes it down.
    pub(crate) fn check(mut self, found: impl Fn(usize, &Row) -> String) {
        let found: Vec<_> =
            self.rows.iter().enumerate().map(|(index, row)| found(index, row)).collect();
        if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
            self.rows.iter_mut().zip(found).for_each(|(row, found)| row.expected = found);
            return fs::write(&self.path, self.written()).expect("a file of rows");
        }
        let differ = self.rows.iter().zip(found).filter(|(row, found)| row.expected != *found);
        let told: String = differ
            .map(|(Row { name, expected, .. }, found)| {
                format!("\n=== {name}\n--- expect\n{expected}\n--- found\n{found}\n")
            })
            .collect();
        assert!(told.is_empty(), "{}\n{told}", self.path.display());
    }

    fn written(&self) -> String {
        let rows: Vec<_> = self.rows.iter().map(Row::written).collect();
        format!("{}{}", self.head, rows.join("\n"))
    }
}

impl Row {
    fn read(text: &str) -> Self {
        let (name, rest) = text.split_once('\n').expect("a row has a name");
        let (given, expected) =
            rest.split_once(&format!("--- {EXPECT}\n")).expect("a row says what is expected");
        let mut texts = vec![(String::new(), String::new())];
        for line in given.split_inclusive('\n') {
            match (line.strip_prefix("--- "), texts.last_mut()) {
                (None, Some((_, text))) => *text += line,
                (label, _) => {
                    texts.push((label.unwrap_or_default().trim().to_owned(), String::new()));
                }
            }
        }
        Self { name: name.to_owned(), texts, expected: expected.trim_end().to_owned() }
    }

    /// Returns the first text, without the end of its last line.
    pub(crate) fn text(&self) -> &str {
        self.labelled("").unwrap_or_default()
    }

    /// Returns the text with a label, if there is one.
    pub(crate) fn labelled(&self, label: &str) -> Option<&str> {
        let (_, text) = self.texts.iter().find(|(own, _)| own == label)?;
        Some(text.strip_suffix('\n').unwrap_or(text))
    }

    fn written(&self) -> String {
        let text = |(label, text): &(String, String)| match &**label {
            "" => text.clone(),
            label => format!("--- {label}\n{text}"),
        };
        let given: String = self.texts.iter().map(text).collect();
        format!("=== {}\n{given}--- {EXPECT}\n{}\n", self.name, self.expected)
    }
}

#[test]
fn what_is_read_is_written() {
    let text =
        "Head.\n\n=== a\none\n\nline\n--- new\n--- expect\nthis\n  and\n\n=== b\n--- expect\n";
    let (head, rows) = text.split_once("=== ").unwrap();
    let rows: Vec<_> = rows.split("\n=== ").map(Row::read).collect();
    assert_eq!((rows[0].text(), rows[0].labelled("new")), ("one\n\nline", Some("")));
    assert_eq!((rows[1].text(), rows[1].labelled("new")), ("", None));
    let rows = Rows { path: PathBuf::new(), head: head.to_owned(), rows };
    assert_eq!(rows.written().trim_end(), text.trim_end());
}
