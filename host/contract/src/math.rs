//! The interface `math`: arithmetic that the host does for the guest.

use super::Functions;
use crate::bindings::wit_host::contract::math::Host;

impl Host for Functions {
    fn add(&mut self, a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }
}
