//! How the files of the guests in `guest/` become a part of this library.

/// The files of a folder of `guest/`, by their paths in it.
macro_rules! files {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../guest/", $folder, "/", $path)))),+]
    };
}

pub(super) use files;
