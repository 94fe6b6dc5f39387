//! The JSON of `check`: whether a guest fits.

use serde::Serialize;
use wit_host::inspect::Import;
use wit_host::{Error, GuestError, Mismatches, OverLimit, Unsupported};

use super::words;

/// Whether a guest fits the contract and why not, or why it is refused before the comparison.
#[derive(Serialize)]
pub(crate) struct Fit<'f> {
    contract: &'f str,
    fits: bool,
    #[serde(rename = "misfits")]
    mismatches: Vec<Mismatch<'f>>,
    absent: Vec<Mismatch<'f>>,
    unknown: &'f [String],
    differing: Vec<Mismatch<'f>>,
    served: Vec<Served<'f>>,
    #[serde(serialize_with = "words::all")]
    notes: &'f [String],
    refused: Vec<Refusal<'f>>,
}

#[derive(Serialize)]
struct Mismatch<'f> {
    side: String,
    name: &'f str,
    #[serde(serialize_with = "words::one")]
    problem: &'f str,
    guest: Option<&'f str>,
    contract: Option<&'f str>,
    #[serde(serialize_with = "words::perhaps")]
    cause: Option<&'f str>,
    #[serde(serialize_with = "words::one")]
    fix: &'f str,
    deny: Option<&'f str>,
}

/// An import that a provider serves.
#[derive(Serialize)]
struct Served<'f> {
    name: &'f str,
    by: String,
}

/// Why a guest is refused, whatever its imports are.
#[derive(Serialize)]
struct Refusal<'f> {
    kind: &'static str,
    name: Option<String>,
    #[serde(serialize_with = "words::one")]
    reason: String,
    #[serde(serialize_with = "words::perhaps")]
    fix: Option<&'f str>,
    #[serde(flatten)]
    measure: Option<Measure>,
}

/// The largest amount that a limit allows, and the amount that was found.
#[derive(Serialize)]
struct Measure {
    most: Option<u64>,
    found: Option<usize>,
}

impl<'f> Fit<'f> {
    /// Returns the report of a guest that was compared with a contract.
    pub(crate) fn new(contract: &'f str, fit: &'f wit_host::Fit, served: &'f [Import]) -> Self {
        let served = served.iter().map(|one| Served { name: &one.item.name, by: one.server() });
        Self {
            contract,
            fits: fit.mismatches.is_empty(),
            mismatches: mismatches(&fit.mismatches),
            absent: mismatches(&fit.absent),
            unknown: &fit.unknown,
            differing: mismatches(&fit.differing),
            served: served.collect(),
            notes: &fit.notes,
            refused: Vec::new(),
        }
    }

    /// Returns the report of a guest that was refused with this error.
    pub(crate) fn refused(contract: &'f str, error: &'f Error) -> Self {
        let (found, refused) = match error {
            Error::Mismatches(Mismatches(found)) => (mismatches(found), Vec::new()),
            error => (Vec::new(), Refusal::all(error)),
        };
        Self {
            contract,
            fits: false,
            mismatches: found,
            absent: Vec::new(),
            unknown: &[],
            differing: Vec::new(),
            served: Vec::new(),
            notes: &[],
            refused,
        }
    }
}

fn mismatches(mismatches: &[wit_host::Mismatch]) -> Vec<Mismatch<'_>> {
    mismatches.iter().map(Mismatch::from).collect()
}

impl<'f> From<&'f wit_host::Mismatch> for Mismatch<'f> {
    fn from(mismatch: &'f wit_host::Mismatch) -> Self {
        Self {
            side: mismatch.side.to_string(),
            name: &mismatch.name,
            problem: &mismatch.problem,
            guest: mismatch.guest.as_deref(),
            contract: mismatch.contract.as_deref(),
            cause: mismatch.cause.as_deref(),
            fix: &mismatch.fix,
            deny: mismatch.deny.as_deref(),
        }
    }
}

impl<'f> Refusal<'f> {
    fn all(error: &'f Error) -> Vec<Self> {
        match error {
            Error::Guest(GuestError::UnsupportedFeature(Unsupported { features, .. })) => {
                let features = features.iter().map(|one| Self {
                    name: Some(one.proposal.into()),
                    fix: Some(one.fix),
                    ..Self::new("feature", one.to_string())
                });
                features.collect()
            }
            Error::Guest(GuestError::OverLoadLimit { limit, others }) => {
                std::iter::once(limit).chain(others).map(Self::of_limit).collect()
            }
            Error::Guest(GuestError::NotAGuest { .. }) => {
                vec![Self::new("no-guest", error.to_string())]
            }
            Error::CompilerFailed { .. } => vec![Self::new("compiler", error.to_string())],
            _ => vec![Self::new("invalid", error.to_string())],
        }
    }

    fn new(kind: &'static str, reason: String) -> Self {
        Self { kind, name: None, reason, fix: None, measure: None }
    }

    fn of_limit(over: &OverLimit) -> Self {
        Self {
            name: Some(over.limit.name().replace('_', "-")),
            measure: Some(Measure { most: over.limit.value(), found: over.found }),
            ..Self::new("limit", over.to_string())
        }
    }
}
