//! The one place where panics of what reads, compiles and links a guest become errors.
//! It does not know what a panic means; that is its callers' to say.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::shown;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread, at this moment, becomes an error of this library's: one
/// of the tools that look at guests and compile them. A program's own panic hook can ask
/// that, and stay silent, since the error has the panic's words.
#[must_use]
pub fn panic_is_contained() -> bool {
    CONTAINED.try_with(Cell::get).unwrap_or_default()
}

/// Has every panic on this thread be one that is contained: of a thread whose work is
/// always done for one that contains.
pub fn always() {
    CONTAINED.set(true);
}

/// Does `work`, and takes nothing of it where it panics.
///
/// # Errors
/// The words of the panic.
pub fn contain<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    /// What was before, also where `work` unwinds.
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

/// A panic that was contained: a fault of the host, whatever it was looking at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host failed to {action}: {reason}")]
pub struct Panicked {
    /// What the host was about to do.
    pub action: &'static str,
    /// The words of the panic, with what to do about it.
    pub reason: String,
}

/// Does what looks at a guest or a contract, and makes an error of a panic.
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
