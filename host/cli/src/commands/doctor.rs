//! `wit-host doctor`: lists what building guests needs, and which of it is installed.

use anyhow::Result;
use clap::Args;
use wit_host_scaffold::{Language, Tool};

use super::new::language;
use crate::json;
use crate::output::{Format, print, print_json};
use crate::status::Status;

/// Tell which tools building guests needs, and which of them are there
///
/// Nothing is installed here: what the build of a project installs is in the folder that
/// WIT_HOST_TOOLS names, or in `wit-host-tools` of the user's cache, for all projects that
/// need the same. Of one language, the status is 1 where something is missing or
/// too old.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host doctor
  wit-host doctor --lang python")]
pub(crate) struct Doctor {
    /// The tools of this language only
    #[arg(long, value_name = "LANGUAGE", value_parser = language())]
    lang: Option<Language>,

    /// What to print: a table, or a JSON object of `tools` with objects of `language`,
    /// `tool`, `found`, `needed`, `install`, `missing` and `too_old`; what is too old is
    /// missing as well
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl Doctor {
    pub(crate) fn execute(&self) -> Result<Status> {
        let languages = match &self.lang {
            Some(language) => std::slice::from_ref(language),
            None => Language::ALL,
        };
        let rows: Vec<_> = languages
            .iter()
            .flat_map(|language| language.tools().into_iter().map(|tool| (*language, tool)))
            .collect();
        match self.format {
            Format::Text => print(&table(&rows))?,
            Format::Json => {
                print_json(&json::Tools { tools: rows.iter().map(json::Tool::from).collect() })?;
            }
        }
        let is_missing = self.lang.is_some() && rows.iter().any(|(_, tool)| tool.is_missing());
        Ok(Status::Guest(is_missing.into()))
    }
}

fn table(rows: &[(Language, Tool)]) -> String {
    let mut cells =
        vec![["language", "tool", "found", "needed", "to install it"].map(str::to_owned)];
    let mut last = None;
    for (language, tool) in rows {
        let is_new = last.replace(*language) != Some(*language);
        let (found, install) = match (&tool.found, tool.install) {
            (Some(found), Some(update)) if tool.is_too_old() => {
                (format!("{found}: too old"), update)
            }
            (Some(found), _) => (found.clone(), ""),
            (None, Some(install)) => ("missing".into(), install),
            (None, None) => ("-".into(), "the build does, once, in a shared folder"),
        };
        let language = if is_new { language.name() } else { "" };
        let needed = tool.needed.to_string();
        cells.push([language, tool.name, &found, &needed, install].map(str::to_owned));
    }
    let widths: Vec<_> = (0..cells[0].len())
        .map(|column| cells.iter().map(|row| row[column].len()).max().unwrap_or_default())
        .collect();
    let line = |row: &[String; 5]| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}  "));
        format!("{}\n", padded.collect::<String>().trim_end())
    };
    cells.iter().map(line).collect()
}
