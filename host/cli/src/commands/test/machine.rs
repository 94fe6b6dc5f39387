//! What came of tests, for programs: JSON, JUnit's XML and the Test Anything Protocol.

use anyhow::Result;
use wit_host_testing::{Coverage, Failure, Item, Outcome};

use super::Tested;
use crate::json;
use crate::output::{print, print_json};

/// The whole report of a run.
pub(super) struct Document<'a> {
    pub(super) all: &'a [Tested],
    pub(super) coverage: &'a Coverage,
}

impl Document<'_> {
    /// Prints one JSON object.
    pub(super) fn json(&self) -> Result<()> {
        let files = self.all.iter().map(|Tested { file, outcomes }| json::TestedFile {
            file: file.clone(),
            tests: outcomes.iter().map(test).collect(),
        });
        let (passed, failed) = self.sums();
        let missing = self.coverage.missing().filter_map(|item| {
            let (sort, function, case) = match item {
                Item::Export(name) => ("export", name, None),
                Item::Import(name) => ("import", name, None),
                Item::Case { import, case } => ("case", import, Some(case.clone())),
                _ => return None,
            };
            Some(json::Missing { sort, function: function.clone(), case })
        });
        print_json(&json::Tests {
            files: files.collect(),
            passed,
            failed,
            coverage: self.coverage.percent(),
            missing: missing.collect(),
        })
    }

    /// Prints XML, with a suite for each file.
    pub(super) fn junit(&self) -> Result<()> {
        let (passed, failed) = self.sums();
        print(&format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" \
             failures=\"{failed}\">\n",
            passed + failed
        ))?;
        for Tested { file, outcomes } in self.all {
            let failed = outcomes.iter().filter(|outcome| !outcome.has_passed()).count();
            print(&format!(
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" time=\"{:.6}\">\n",
                xml(file),
                outcomes.len(),
                outcomes.iter().map(|outcome| outcome.time.as_secs_f64()).sum::<f64>(),
            ))?;
            for outcome in outcomes {
                print(&testcase(file, outcome))?;
            }
            print("  </testsuite>\n")?;
        }
        print("</testsuites>\n")
    }

    /// Prints a line for each test, and what failed as comments.
    pub(super) fn tap(&self) -> Result<()> {
        let (passed, failed) = self.sums();
        print(&format!("TAP version 14\n1..{}\n", passed + failed))?;
        let all = self.all.iter().flat_map(|one| &one.outcomes);
        for (number, outcome) in all.enumerate() {
            let ok = if outcome.has_passed() { "ok" } else { "not ok" };
            let name = line(&outcome.name).replace('#', "\\#");
            let millis = outcome.time.as_secs_f64() * 1000.0;
            print(&format!("{ok} {} - {name} # time={millis:.3}ms\n", number + 1))?;
            for failure in &outcome.failures {
                for line in failure.to_string().lines() {
                    print(&format!("# {}\n", self::line(line)))?;
                }
            }
        }
        Ok(())
    }

    /// Returns how many tests passed, and how many failed.
    fn sums(&self) -> (usize, usize) {
        let outcomes = self.all.iter().flat_map(|one| &one.outcomes);
        let (passed, failed): (Vec<_>, Vec<_>) = outcomes.partition(|one| one.has_passed());
        (passed.len(), failed.len())
    }
}

fn test(outcome: &Outcome) -> json::Tested {
    let failures = outcome.failures.iter().map(|failure| {
        let Failure { place, call, reason, values, .. } = failure.clone();
        let (expected, found) = values.unzip();
        json::Failed { line: place.line, call, reason, expected, found }
    });
    json::Tested {
        name: outcome.name.clone(),
        line: outcome.place.line,
        passed: outcome.has_passed(),
        micros: outcome.time.as_micros(),
        failures: failures.collect(),
    }
}

fn testcase(file: &str, outcome: &Outcome) -> String {
    let (name, time) = (xml(&outcome.name), outcome.time.as_secs_f64());
    let attributes = format!("classname=\"{}\" name=\"{name}\" time=\"{time:.6}\"", xml(file));
    if outcome.has_passed() {
        return format!("    <testcase {attributes}/>\n");
    }
    let failures = outcome.failures.iter().map(|failure| {
        let text = failure.to_string();
        let first = text.lines().next().unwrap_or_default();
        format!("      <failure message=\"{}\">{}</failure>\n", xml(first), xml(&text))
    });
    let failures: String = failures.collect();
    format!("    <testcase {attributes}>\n{failures}    </testcase>\n")
}

/// Escapes a text for XML, which has no control characters.
fn xml(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            control if control.is_control() => escaped.extend(control.escape_debug()),
            plain => escaped.push(plain),
        }
    }
    escaped
}

/// Escapes a text so that it stays on one line.
fn line(text: &str) -> String {
    text.chars().fold(String::new(), |mut line, character| {
        match character.is_control() {
            true => line.extend(character.escape_debug()),
            false => line.push(character),
        }
        line
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        assert_eq!(xml("a<b>&\"c\"\n\u{1b}"), "a&lt;b&gt;&amp;&quot;c&quot;&#10;\\u{1b}");
        assert_eq!(line("a\nb"), "a\\nb");
    }
}
