//! Texts of the library within a report, which name the command's options where they name a
//! way out. A name or a type of the guest's is none of them.

use serde::{Serialize as _, Serializer};

use crate::remedies::in_options;

/// One text.
pub(super) fn one<S: Serializer>(text: &impl AsRef<str>, serializer: S) -> Result<S::Ok, S::Error> {
    in_options(text.as_ref()).serialize(serializer)
}

/// One that may not be there.
pub(super) fn perhaps<S: Serializer>(
    text: &Option<impl AsRef<str>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    text.as_ref().map(|text| in_options(text.as_ref())).serialize(serializer)
}

/// Any number of them.
pub(super) fn all<S: Serializer>(
    texts: &[impl AsRef<str>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| in_options(text.as_ref())))
}
