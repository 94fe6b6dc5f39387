//! How a host function ends the guest that called it: with a trap, with an exit,
//! or with a failure of the host's own.

/// Why nothing is returned to the guest.
#[derive(Debug)]
#[non_exhaustive]
pub enum NotReturned {
    /// It is the guest's failure, with this text.
    Trap(String),
    /// It is the host's own.
    Host(HostFailure),
    /// It is no failure: the run is over.
    Exit(Exit),
    /// The engine could not take the result.
    Engine(wasmtime::Error),
}

/// The text of the trap that an error becomes for a core module, which has no
/// other way to be told. An error type that is generated from WIT prints itself
/// as a debug dump; this is where it gets its sentence.
pub trait TrapMessage {
    /// A sentence for people: lower case, no full stop.
    fn trap_message(&self) -> String;

    /// Whose failure it is: the guest's, which gets the trap.
    #[doc(hidden)]
    fn not_returned(self) -> NotReturned
    where
        Self: Sized,
    {
        NotReturned::Trap(self.trap_message())
    }
}

/// A host function that cannot do its part, through no fault of the guest,
/// returns this, on both paths: through `?` in a function that `bindgen!` makes
/// `trappable`, as the `Err` of one in `env`. The call then fails with
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

/// A host function that was called in a way that it cannot serve returns this, on both paths
/// as [`HostFailure`] is: it is the guest's failure, and the call fails with
/// [`Error::Trapped`](crate::error::Error::Trapped).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GuestFailure(pub String);

impl TrapMessage for GuestFailure {
    fn trap_message(&self) -> String {
        self.0.clone()
    }
}

/// A host function that ends the run returns this, with the status that the guest
/// is said to have exited with, 0 for success. It works on both paths as
/// [`HostFailure`] does. The call ends with
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
