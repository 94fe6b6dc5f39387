//! Describes a limit that a guest is over, and how much of it the guest has. The counting is
//! done elsewhere.

use std::fmt;

use super::LimitReached;

/// A limit that a guest is over before it runs, and how much of it the guest has.
///
/// ```
/// use wit_host_binary::error::GuestError;
/// use wit_host_binary::examine::examine;
/// use wit_host_binary::limits::Limits;
///
/// let guest = format!("(module {})", "(global i32 (i32.const 0))".repeat(6_000));
/// let refused = examine(guest.as_bytes(), true, &Limits::default());
/// let Err(GuestError::OverLoadLimit { limit, .. }) = refused else { panic!("it is over a limit") };
/// assert_eq!((limit.limit.name(), limit.limit.value()), ("globals", Some(5_000)));
/// assert_eq!(limit.found, Some(6_000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OverLimit {
    /// Which limit, its value, and what raises it.
    pub limit: LimitReached,
    /// How much was found. `None` where the count stopped at the limit.
    pub found: Option<usize>,
}

impl OverLimit {
    /// Combines a limit with the amount that was found.
    pub fn new(limit: LimitReached, found: usize) -> Self {
        Self { limit, found: Some(found) }
    }
}

impl From<LimitReached> for OverLimit {
    fn from(limit: LimitReached) -> Self {
        Self { limit, found: None }
    }
}

/// Compares the limits only, and ignores the amount that was found.
impl PartialEq<LimitReached> for OverLimit {
    fn eq(&self, limit: &LimitReached) -> bool {
        self.limit == *limit
    }
}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found {
            Some(found) => {
                self.limit.tell(f, &format!(": the guest has {}", self.limit.show(found)))
            }
            None => self.limit.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_told_in_the_limits_unit() {
        let cases = [
            (OverLimit::new(LimitReached::Globals(5), 7), "5 was reached: the guest has 7;"),
            (
                OverLimit::new(LimitReached::FileSize(1 << 20), 3 << 20),
                "1.0 MiB was reached: the guest has 3.0 MiB;",
            ),
            // Rounded, the two numbers would look equal.
            (
                OverLimit::new(LimitReached::Body(1 << 20), (1 << 20) + 1),
                "1.0 MiB was reached: the guest has 1048577 B;",
            ),
            (LimitReached::Loops(50).into(), "50 was reached; "),
        ];
        for (over, expected) in cases {
            let told = over.to_string();
            assert!(told.contains(expected), "{told}");
        }
    }
}
