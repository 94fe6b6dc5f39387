//! Turns panics of the code that reads, compiles and links guests into errors. This is the only
//! place that catches them. It does not know what a panic means for the guest; its callers say
//! that.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::shown;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Returns whether a panic on this thread would become an error of this library right now. That
/// is so while a tool that looks at a guest or compiles it is running. A program's panic hook
/// can ask this and stay silent, since the error contains the panic's message.
#[must_use]
pub fn panic_is_contained() -> bool {
    CONTAINED.try_with(Cell::get).unwrap_or_default()
}

/// Marks every panic on this thread as contained. For a thread that only works for callers that
/// contain its panics themselves.
pub fn always() {
    CONTAINED.set(true);
}

/// Runs `work`, and discards its partial results if it panics.
///
/// # Errors
/// The message of the panic.
pub fn contain<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    /// Restores the previous value on drop, so that it is restored while unwinding as well.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            CONTAINED.set(self.0);
        }
    }
    let before = Before(CONTAINED.replace(true));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    drop(before);
    outcome.map_err(|panic| words(&*panic))
}

/// A panic that was contained. It is a fault of the host, whatever the guest was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host failed to {action}: {reason}")]
pub struct Panicked {
    /// What the host was doing.
    pub action: &'static str,
    /// The message of the panic, and what to do about it.
    pub reason: String,
}

/// Runs `work`, which looks at a guest or a contract, and turns a panic into an error. `action`
/// completes the sentence "the host failed to".
///
/// # Errors
/// Those of `work`, and [`Panicked`].
pub fn contained<R, E: From<Panicked>>(
    action: &'static str,
    work: impl FnOnce() -> Result<R, E>,
) -> Result<R, E> {
    contain(work).unwrap_or_else(|words| {
        let reason = format!("a panic: {words}; this is a fault of the host, please report it");
        Err(Panicked { action, reason }.into())
    })
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    shown(text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("without words"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        let silent = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic_is_contained() {
                silent(panic);
            }
        }));
        let within = contained::<(), Panicked>("look", || {
            assert!(panic_is_contained());
            let inner: Result<(), _> = contain(|| panic!("inner \u{1b}[31m"));
            assert_eq!(inner, Err("inner \\u{1b}[31m".into()));
            assert!(panic_is_contained(), "the outer one still contains");
            "no number".parse::<u8>().map_err(|_| ()).expect("something");
            Ok(())
        });
        let error = within.expect_err("a panic").to_string();
        assert!(error.starts_with("the host failed to look: a panic: something"), "{error}");
        assert!(!panic_is_contained());
        assert_eq!(contain(|| 7), Ok(7));
    }
}
