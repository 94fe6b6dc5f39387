//! The JSON of `doctor`: the tools that building guests needs.

use serde::Serialize;
use wit_host_scaffold::{self as scaffold, Language};

/// All tools.
#[derive(Serialize)]
pub(crate) struct Tools<'t> {
    pub(crate) tools: Vec<Tool<'t>>,
}

#[derive(Serialize)]
pub(crate) struct Tool<'t> {
    language: &'static str,
    tool: &'t str,
    found: Option<&'t str>,
    needed: String,
    install: Option<&'t str>,
    missing: bool,
    too_old: bool,
}

impl<'t> From<&'t (Language, scaffold::Tool)> for Tool<'t> {
    fn from((language, tool): &'t (Language, scaffold::Tool)) -> Self {
        Self {
            language: language.name(),
            tool: tool.name,
            found: tool.found.as_deref(),
            needed: tool.needed.to_string(),
            install: tool.install,
            missing: tool.is_missing(),
            too_old: tool.is_too_old(),
        }
    }
}
