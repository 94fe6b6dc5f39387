//! Serializes texts of the library in a report. A text that suggests a fix names the options of the
//! command. A name or a type of the guest must not be passed here.

use serde::{Serialize as _, Serializer};

use crate::remedies::in_options;

/// Serializes one text.
pub(super) fn one<S: Serializer>(text: &impl AsRef<str>, serializer: S) -> Result<S::Ok, S::Error> {
    in_options(text.as_ref()).serialize(serializer)
}

/// Serializes an optional text.
pub(super) fn perhaps<S: Serializer>(
    text: &Option<impl AsRef<str>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    text.as_ref().map(|text| in_options(text.as_ref())).serialize(serializer)
}

/// Serializes a list of texts.
pub(super) fn all<S: Serializer>(
    texts: &[impl AsRef<str>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| in_options(text.as_ref())))
}
