//! The ways in which a host function ends the guest that called it: with a trap, with an exit, or
//! with a failure of the host. What a caller learns of it is decided in `failure`.

/// Why nothing is returned to the guest.
#[derive(Debug)]
#[non_exhaustive]
pub enum NotReturned {
    /// The guest failed, with this text.
    Trap(String),
    /// The host failed.
    Host(HostFailure),
    /// The run is over, which is not a failure.
    Exit(Exit),
    /// The engine could not take the result.
    Engine(wasmtime::Error),
}

/// The text of the trap that an error becomes in a core module, which cannot receive an error.
/// Error types that are generated from WIT print a debug dump; this trait gives them a
/// sentence.
pub trait TrapMessage {
    /// Returns a sentence for people: lower case, no full stop.
    fn trap_message(&self) -> String;

    /// Returns whose failure it is. By default it is the guest's, which traps.
    #[doc(hidden)]
    fn not_returned(self) -> NotReturned
    where
        Self: Sized,
    {
        NotReturned::Trap(self.trap_message())
    }
}

/// The error of a host function that fails through no fault of the guest. Return it on both
/// paths: with `?` in a function that `bindgen!` makes `trappable`, and as the `Err` of a
/// function in `env`. The call then fails with
/// [`Error::HostFunction`](crate::error::Error::HostFunction).
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HostFailure(pub String);

impl TrapMessage for HostFailure {
    fn trap_message(&self) -> String {
        self.0.clone()
    }

    fn not_returned(self) -> NotReturned {
        NotReturned::Host(self)
    }
}

/// The error of a host function that was called in a way that it does not support. It is the
/// guest's failure, and the call fails with [`Error::Trapped`](crate::error::Error::Trapped).
/// Return it on both paths, as [`HostFailure`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GuestFailure(pub String);

impl TrapMessage for GuestFailure {
    fn trap_message(&self) -> String {
        self.0.clone()
    }
}

/// The error of a host function that ends the run. It contains the exit status of the guest, 0
/// for success. Return it on both paths, as [`HostFailure`]. The call ends with
/// [`Error::Exited`](crate::error::Error::Exited), and the session with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run ends with status {0}")]
pub struct Exit(pub i32);

impl TrapMessage for Exit {
    fn trap_message(&self) -> String {
        self.to_string()
    }

    fn not_returned(self) -> NotReturned {
        NotReturned::Exit(self)
    }
}

impl TrapMessage for String {
    fn trap_message(&self) -> String {
        self.clone()
    }
}
