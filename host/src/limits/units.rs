//! How the value of a limit is read and shown: a module for each kind of value,
//! which the table of limits names.

pub(super) mod bytes {
    use std::str::FromStr as _;

    use bytesize::ByteSize;

    pub(in crate::limits) fn parse(text: &str) -> Result<usize, String> {
        let size = ByteSize::from_str(text)
            .map_err(|_| format!("`{text}` is not a size; give one as 512KiB, 64MiB or 1GiB"))?;
        usize::try_from(size.as_u64()).map_err(|error| error.to_string())
    }

    pub(in crate::limits) fn show(size: &usize) -> String {
        ByteSize(*size as u64).to_string()
    }
}

pub(super) mod count {
    pub(in crate::limits) fn parse(text: &str) -> Result<usize, String> {
        text.parse().map_err(|_| format!("`{text}` is not a number"))
    }

    pub(in crate::limits) fn show(count: &usize) -> String {
        count.to_string()
    }
}

pub(super) mod maybe {
    pub(in crate::limits) fn parse(text: &str) -> Result<Option<u64>, String> {
        match text {
            "none" => Ok(None),
            number => number.parse().map(Some).map_err(|_| format!("`{text}` is not a number")),
        }
    }

    pub(in crate::limits) fn show(count: &Option<u64>) -> String {
        count.map_or("none".into(), |count| count.to_string())
    }
}

pub(super) mod span {
    use std::time::Duration;

    pub(in crate::limits) fn parse(text: &str) -> Result<Duration, String> {
        humantime::parse_duration(text)
            .map_err(|_| format!("`{text}` is not a time; give one as 500ms, 5s or 2m"))
    }

    pub(in crate::limits) fn show(span: &Duration) -> String {
        format!("{span:?}")
    }
}

pub(super) mod time {
    use std::time::Duration;

    use super::span;

    pub(in crate::limits) fn parse(text: &str) -> Result<Option<Duration>, String> {
        if text == "none" { Ok(None) } else { span::parse(text).map(Some) }
    }

    pub(in crate::limits) fn show(limit: &Option<Duration>) -> String {
        limit.as_ref().map_or("none".into(), span::show)
    }
}
