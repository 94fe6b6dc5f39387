//! The part of the host data that functions work on. It knows where the part is, and not what it
//! means.

use std::any::Any;

/// The way from `T` to a part of it.
pub(super) struct Part<T, U> {
    of: fn(&mut T) -> &mut U,
    is_whole: bool,
}

// Derived, it would require `T` and `U` to be `Clone`.
impl<T, U> Clone for Part<T, U> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, U> Copy for Part<T, U> {}

impl<T> Part<T, T> {
    pub(super) fn whole() -> Self {
        Self { of: |data| data, is_whole: true }
    }
}

impl<T, U> Part<T, U> {
    pub(super) fn new(of: fn(&mut T) -> &mut U) -> Self {
        Self { of, is_whole: false }
    }
}

impl<T: 'static, U: 'static> Part<T, U> {
    // Calling through a pointer takes a large part of the time of a host call, and most host
    // functions work on the whole host data. For these, `T` and `U` are the same type, which
    // the compiler finds out.
    #[inline]
    pub(super) fn of<'d>(&self, data: &'d mut T) -> &'d mut U {
        if self.is_whole && (data as &mut dyn Any).is::<U>() {
            return (data as &mut dyn Any).downcast_mut().expect("just asked");
        }
        (self.of)(data)
    }
}
