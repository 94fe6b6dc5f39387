//! Writes figures into pages, between two markers.

use anyhow::{Context as _, Result};

const BEGIN: &str = "<!-- begin of what `make bench-readme` writes -->";
const END: &str = "<!-- end of what `make bench-readme` writes -->";

/// Returns the page with `figures` between its markers.
///
/// # Errors
/// If it has no markers.
pub(crate) fn with_figures(page: &str, figures: &str) -> Result<String> {
    let missing = || format!("the page has no lines `{BEGIN}` and `{END}`");
    let (before, rest) = page.split_once(BEGIN).with_context(missing)?;
    let (_, after) = rest.split_once(END).with_context(missing)?;
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", figures.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let page = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        let new = with_figures(&page, "new\n").expect("a page");
        assert_eq!(new, format!("above\n{BEGIN}\n\nnew\n\n{END}\nbelow\n"));
        assert_eq!(with_figures(&new, "new").expect("a page"), new);
        assert!(with_figures("no markers", "new").is_err());
        assert!(with_figures(&format!("{END}{BEGIN}"), "new").is_err());
    }
}
