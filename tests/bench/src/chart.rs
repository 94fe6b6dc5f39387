//! Draws the chart: for every headline row, the CPU time of each column as a part of the time
//! of the column that wit-host is compared with.

use std::fmt::Write as _;

use crate::results::{Figure, Outcome};
use crate::row::Column;
use crate::text::{amount, times};

const WIDTH: f64 = 920.0;
const LEFT: f64 = 20.0;
/// The left end of the bars, and the length of a bar of 1.
const BARS: f64 = 300.0;
const ONE: f64 = 230.0;
/// The longest bar. A longer one is cut there and labelled with its length.
const MOST: f64 = 1.6;
const BAR: f64 = 12.0;
const GAP: f64 = 26.0;
const HEAD: f64 = 44.0;

/// Draws an SVG that can be read on a light and on a dark page.
pub(crate) fn chart(outcomes: &[Outcome]) -> String {
    let mut body = String::new();
    let mut y = HEAD;
    for outcome in outcomes.iter().filter(|outcome| outcome.headline) {
        if let Some(bars) = bars(outcome) {
            y = group(&mut body, outcome, &bars, y);
        }
    }
    let height = y + 8.0;
    let mut svg = String::new();
    let _ = write!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12">
<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>
<text x="{LEFT}" y="24" font-size="15" fill="{INK}">CPU time, as a part of what the same work takes without wit-host: less is better</text>
{body}</svg>
"#
    );
    svg
}

const PAPER: &str = "#ffffff";
const INK: &str = "#222222";

fn colour(column: Column) -> &'static str {
    match column {
        Column::WitHost => "#2f6fb2",
        Column::Plain => "#9aa5b1",
        Column::AsItComes => "#c9a66b",
        Column::Wasmi => "#8fb58a",
        Column::Wasmer => "#7f9fc4",
        Column::Extism => "#b58aa9",
        Column::Node => "#c9c06b",
        Column::Native => "#d5d9de",
    }
}

/// Returns every column's figure as a part of the first one that wit-host is compared with.
fn bars(outcome: &Outcome) -> Option<Vec<(&Figure, f64)>> {
    let compared = [Column::Plain, Column::AsItComes];
    let base = compared.iter().find_map(|column| outcome.figure(*column))?;
    Some(outcome.figures.iter().map(|figure| (figure, figure.median / base.median)).collect())
}

/// Draws a row's bars from `y` down, and returns where the next row begins.
fn group(body: &mut String, outcome: &Outcome, bars: &[(&Figure, f64)], y: f64) -> f64 {
    let middle = y + BAR;
    let [heading, name] = [outcome.group, &outcome.name].map(escaped);
    let _ = writeln!(body, r#"<text x="{LEFT}" y="{middle}" fill="{INK}">{heading}</text>"#);
    let below = middle + 15.0;
    let _ = writeln!(body, r##"<text x="{LEFT}" y="{below}" fill="#666666">{name}</text>"##);
    let mut top = y;
    for (figure, part) in bars {
        let (length, fill) = (part.min(MOST) * ONE, colour(figure.column));
        let _ = writeln!(
            body,
            r#"<rect x="{BARS}" y="{top}" width="{length:.1}" height="{BAR}" fill="{fill}"/>"#
        );
        let (after, base) = (BARS + length + 6.0, top + BAR - 2.0);
        let title = figure.column.title();
        let cut = if *part > MOST { format!(", {}", times(*part)) } else { String::new() };
        let cost = amount(figure.median, outcome.unit) + &cut;
        let _ =
            writeln!(body, r#"<text x="{after:.1}" y="{base}" fill="{INK}">{title} {cost}</text>"#);
        top += BAR + 3.0;
    }
    top.max(below) + GAP - BAR
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::outcome;

    #[test]
    fn bars_are_parts_of_what_plain_wasmtime_takes() {
        let svg = chart(&[outcome()]);
        for expected in [
            r##"width="276.0" height="12" fill="#2f6fb2""##,
            r##"width="230.0" height="12" fill="#9aa5b1""##,
            ">wit-host 12.0 ns</text>",
            ">plain wasmtime 10.0 ns</text>",
        ] {
            assert!(svg.contains(expected), "{expected} is not in {svg}");
        }
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn names_are_no_markup() {
        assert_eq!(escaped("a<b> & c"), "a&lt;b&gt; &amp; c");
    }
}
