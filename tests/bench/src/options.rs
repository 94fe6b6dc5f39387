//! The benchmark's command line.

use anyhow::{Result, bail};

use crate::measure::Plan;
use crate::row::Row;

/// What to measure, and what to do with the results.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Whether to do the work once only, without judging the figures.
    pub(crate) once: bool,
    /// Whether to write the figures into the pages of this repository.
    pub(crate) readme: bool,
    /// Measures only rows that have this in their group or name.
    filter: Option<String>,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--once" => options.once = true,
                "--readme" => options.readme = true,
                option if option.starts_with('-') => {
                    bail!(
                        "there is no `{option}`; there are `--once`, `--readme`, and a part of the rows' names"
                    )
                }
                filter => options.filter = Some(filter.to_owned()),
            }
        }
        if options.readme && (options.once || options.filter.is_some()) {
            bail!("`--readme` is for all rows, and for figures that count: leave the rest out");
        }
        Ok(options)
    }

    pub(crate) fn plan(&self) -> Plan {
        if self.once { Plan::ONCE } else { Plan::FULL }
    }

    pub(crate) fn wants(&self, row: &Row) -> bool {
        let title = format!("{}: {}", row.group, row.name);
        self.filter.as_ref().is_none_or(|filter| title.contains(filter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().map(Into::into).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read_or_refused() {
        let once = Options { once: true, filter: Some("add".into()), ..Options::default() };
        assert_eq!(parsed("--once add").expect("options"), once);
        assert_eq!(parsed("").expect("options"), Options::default());
        for wrong in ["--ones", "--readme --once", "--readme add"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_filter_is_a_part_of_a_rows_title() {
        let row = Row::new("the guest calls the host", "add, env");
        for (filter, expected) in [("add", true), ("host: add", true), ("text", false)] {
            assert_eq!(parsed(filter).expect("options").wants(&row), expected, "{filter}");
        }
    }
}
