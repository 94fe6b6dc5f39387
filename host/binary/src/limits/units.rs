//! Reads and shows the values of limits. There is a module for each kind of value, and the
//! table of limits names the module. A value that is too large for its type is refused, and not
//! replaced by the largest one.

use std::num::{IntErrorKind, ParseIntError};
use std::str::FromStr as _;

/// Reads a size, as `512KiB`, `1.5GB` or a plain number of bytes.
///
/// # Errors
/// Says what is wrong, and what a size looks like.
///
/// ```
/// assert_eq!(wit_host_binary::limits::parse_size("64MiB"), Ok(64 << 20));
/// assert!(wit_host_binary::limits::parse_size("99999999999999999999GiB").is_err());
/// ```
pub fn parse_size(text: &str) -> Result<u64, String> {
    let malformed = || format!("`{text}` is not a size; give one as 512KiB, 64MiB or 1GiB");
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).ok_or_else(malformed)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let unit = match unit.trim_start() {
        "" if !number.contains('.') => 1,
        unit => bytesize::Unit::from_str(unit).map_err(|_| malformed())? * 1_u64,
    };
    if whole.is_empty() || part.contains('.') {
        return Err(malformed());
    }
    // Both parts are read as whole numbers, because a float does not hold large sizes exactly.
    let whole = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(unit));
    let size = whole.and_then(|whole| whole.checked_add(portion(part, unit)));
    size.ok_or_else(|| format!("`{text}` is more than there can be; the most is {}", u64::MAX))
}

/// Shows a size as people write it.
pub fn show_size(size: u64) -> String {
    bytesize::ByteSize(size).to_string()
}

/// Returns the bytes that the digits behind a decimal point stand for, rounded down.
fn portion(digits: &str, unit: u64) -> u64 {
    /// The number of digits that make a difference of a byte for the largest unit.
    const DIGITS: usize = 18;
    let digits = digits.get(..DIGITS).unwrap_or(digits);
    let places = u32::try_from(digits.len()).unwrap_or_default();
    let number = digits.parse::<u128>().unwrap_or_default();
    // 18 digits and the largest unit take less than 120 bits.
    let bytes = number * u128::from(unit) / 10_u128.pow(places);
    u64::try_from(bytes).unwrap_or_default()
}

/// Returns why a text is not a valid number for a limit whose largest value is `most`.
fn no_number(text: &str, error: &ParseIntError, most: u64) -> String {
    match error.kind() {
        IntErrorKind::PosOverflow => {
            format!("`{text}` is more than there can be; the most is {most}")
        }
        _ => format!("`{text}` is not a number"),
    }
}

/// Returns whether a limit that may be off allows more than another. One that is off allows most.
fn is_more<T: PartialOrd>(limit: &Option<T>, than: &Option<T>) -> bool {
    match (limit, than) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(limit), Some(than)) => limit > than,
    }
}

pub(super) mod bytes {
    pub(crate) fn parse(text: &str) -> Result<usize, String> {
        let size = super::parse_size(text)?;
        let most = usize::MAX;
        usize::try_from(size)
            .map_err(|_| format!("`{text}` is more than there can be here; the most is {most}"))
    }

    pub(crate) fn show(size: &usize) -> String {
        super::show_size(*size as u64)
    }

    pub(crate) fn show_count(size: usize) -> String {
        show(&size)
    }

    pub(crate) fn value(size: &usize) -> Option<u64> {
        u64::try_from(*size).ok()
    }

    pub(crate) fn is_more(size: &usize, than: &usize) -> bool {
        size > than
    }
}

pub(super) mod stack {
    pub(crate) use super::bytes::{is_more, show, show_count, value};

    pub(crate) fn parse(text: &str) -> Result<usize, String> {
        match super::bytes::parse(text)? {
            size @ 1..=0x4000_0000 => Ok(size),
            _ => Err(format!("`{text}` is no size of a stack; give one from 1 B to 1GiB")),
        }
    }
}

pub(super) mod count {
    pub(crate) fn parse(text: &str) -> Result<usize, String> {
        text.parse().map_err(|error| super::no_number(text, &error, usize::MAX as u64))
    }

    pub(crate) use super::bytes::{is_more, value};

    pub(crate) fn show(count: &usize) -> String {
        count.to_string()
    }

    pub(crate) fn show_count(count: usize) -> String {
        count.to_string()
    }
}

pub(super) mod maybe {
    pub(crate) fn parse(text: &str) -> Result<Option<u64>, String> {
        match text {
            "none" => Ok(None),
            number => {
                let number = number.parse().map_err(|e| super::no_number(text, &e, u64::MAX));
                number.map(Some)
            }
        }
    }

    pub(crate) use super::count::show_count;

    pub(crate) fn show(count: &Option<u64>) -> String {
        count.map_or("none".into(), |count| count.to_string())
    }

    pub(crate) fn value(count: &Option<u64>) -> Option<u64> {
        *count
    }

    pub(crate) fn is_more(count: &Option<u64>, than: &Option<u64>) -> bool {
        super::is_more(count, than)
    }
}

pub(super) mod span {
    use std::time::Duration;

    use humantime::DurationError;

    pub(crate) fn parse(text: &str) -> Result<Duration, String> {
        humantime::parse_duration(text).map_err(|error| match error {
            DurationError::NumberOverflow => {
                format!("`{text}` is more than there can be; give less, or `none` where it is off")
            }
            _ => format!("`{text}` is not a time; give one as 500ms, 5s or 2m"),
        })
    }

    pub(crate) use super::count::show_count;

    pub(crate) fn show(span: &Duration) -> String {
        format!("{span:?}")
    }

    pub(crate) fn value(_: &Duration) -> Option<u64> {
        None
    }

    pub(crate) fn is_more(span: &Duration, than: &Duration) -> bool {
        span > than
    }
}

pub(super) mod time {
    use std::time::Duration;

    use super::span;

    pub(crate) fn parse(text: &str) -> Result<Option<Duration>, String> {
        if text == "none" { Ok(None) } else { span::parse(text).map(Some) }
    }

    pub(crate) use super::count::show_count;

    pub(crate) fn show(limit: &Option<Duration>) -> String {
        limit.as_ref().map_or("none".into(), span::show)
    }

    pub(crate) fn value(_: &Option<Duration>) -> Option<u64> {
        None
    }

    pub(crate) fn is_more(limit: &Option<Duration>, than: &Option<Duration>) -> bool {
        super::is_more(limit, than)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("7 B", Some(7)),
            ("512KiB", Some(512 << 10)),
            ("1.5 GB", Some(1_500_000_000)),
            ("0.1k", Some(100)),
            ("2.", None),
            ("1.000000000000000000000000000000001MiB", Some(1 << 20)),
            ("9007199254740993B", Some(9_007_199_254_740_993)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("15.9EiB", Some(18_331_451_923_248_866_918)),
            ("16EiB", None),
            ("99999999999999999999GiB", None),
            ("1e999GiB", None),
            ("1.5", None),
            ("1.2.3KiB", None),
            ("-1MiB", None),
            ("+1MiB", None),
            ("NaN", None),
            ("inf", None),
            ("NaNMiB", None),
            (".5MiB", None),
            ("", None),
            ("MiB", None),
            ("١MiB", None),
        ] {
            assert_eq!(parse_size(text).ok(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_too_much_is_refused_as_such() {
        let too_much = "is more than there can be";
        for (parsed, error) in [
            (bytes::parse("99999999999999999999GiB").map(drop), too_much),
            (count::parse("99999999999999999999").map(drop), too_much),
            (stack::parse("2GiB").map(drop), "no size of a stack"),
            (stack::parse("0").map(drop), "no size of a stack"),
            (count::parse("-1").map(drop), "is not a number"),
            (count::parse("1e9").map(drop), "is not a number"),
            (maybe::parse("99999999999999999999").map(drop), too_much),
            (maybe::parse("NaN").map(drop), "is not a number"),
            (span::parse("99999999999999999999h").map(drop), too_much),
            (span::parse("9999999999999999h").map(drop), too_much),
            (span::parse("-1s").map(drop), "is not a time"),
            (time::parse("1e9s").map(drop), "is not a time"),
        ] {
            let told = parsed.expect_err(error);
            assert!(told.contains(error), "{told}");
        }
    }
}
