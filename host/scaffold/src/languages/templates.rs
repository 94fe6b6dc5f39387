//! How the files of the guests in `guest/` become a part of this library: by links in
//! `templates/`, which packaging follows. Their names end with `.in`, since a folder with a
//! Cargo.toml would be a package of its own, and left out.

/// The files of a folder of `guest/`, by their paths in it.
macro_rules! files {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $folder, "/", $path, ".in")))),+]
    };
}

pub(crate) use files;
