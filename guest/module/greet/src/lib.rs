//! A plain core module that takes and returns text as C does: an address, up to a
//! NUL. Its host puts the argument into a block from `allocate`, and gives that and
//! the result back with `deallocate`.

use std::ffi::{CStr, c_char};
use std::ptr::slice_from_raw_parts_mut;

/// Makes a block.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(size: usize) -> *mut u8 {
    leak(vec![0; size])
}

/// Gives a block back.
///
/// # Safety
/// It has to be one from `allocate` or a result, of that size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn deallocate(block: *mut u8, size: usize) {
    // SAFETY: the caller says so, and all blocks were made by `leak`.
    drop(unsafe { Box::from_raw(slice_from_raw_parts_mut(block, size)) });
}

/// Greets somebody. The result is the host's to give back.
///
/// # Safety
/// There has to be a NUL behind the name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn greet(name: *const c_char) -> *mut u8 {
    // SAFETY: the caller says so.
    let name = unsafe { CStr::from_ptr(name) };
    leak([b"Hello, ", name.to_bytes(), b"!\0"].concat())
}

/// Fills an array with the first numbers of Fibonacci, and returns the last of them.
///
/// # Safety
/// There has to be room for so many numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fib_array(count: usize, numbers: *mut i32) -> i32 {
    let (mut last, mut next) = (0_i32, 1_i32);
    for index in 0..count {
        // SAFETY: the caller says so.
        unsafe { numbers.add(index).write_unaligned(next) };
        (last, next) = (next, last.wrapping_add(next));
    }
    last
}

fn leak(bytes: Vec<u8>) -> *mut u8 {
    Box::into_raw(bytes.into_boxed_slice()).cast()
}
