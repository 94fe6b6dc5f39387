//! Resolves the paths in the file. They are relative to its folder, and most have to stay in it.

use std::path::{Component, Path, PathBuf};

use wit_host_text::shown;

/// Resolves the path of a file that belongs to the host file, without `.` and `..`.
///
/// # Errors
/// If the path leads out of the folder, either as written or through a link.
pub(crate) fn within(folder: &Path, text: &str) -> Result<PathBuf, String> {
    if text.is_empty() || text.contains('\0') {
        return Err("a path is missing".into());
    }
    let mut path = PathBuf::new();
    for component in Path::new(text).components() {
        match component {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            // A `..` takes back the part before it as it is written. The system would follow a link
            // there first, and end up elsewhere.
            Component::ParentDir if path.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(outside(text, "is outside of the file's folder"));
            }
        }
    }
    let path = match folder.join(path) {
        // A file that was named without a folder is in the current one.
        empty if empty.as_os_str().is_empty() => PathBuf::from("."),
        path => path,
    };
    let base = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    // A path that does not exist leads nowhere. Reading it later reports that.
    if let (Ok(real), Ok(base)) = (path.canonicalize(), base.canonicalize())
        && !real.starts_with(base)
    {
        return Err(outside(text, "leads out of the file's folder by a link"));
    }
    Ok(path)
}

/// Resolves the path of a granted directory. An absolute path may lead out of the folder.
///
/// # Errors
/// If a relative path leads out of the folder.
pub(crate) fn directory(folder: &Path, text: &str) -> Result<PathBuf, String> {
    let path = Path::new(text);
    if path.is_absolute() && !text.contains('\0') {
        return match path.components().any(|part| part == Component::ParentDir) {
            true => Err(format!("`{}` goes up by `..`; give the path that it is", shown(text))),
            false => Ok(text.into()),
        };
    }
    within(folder, text).map_err(|reason| match text {
        "" => reason,
        _ => format!("{reason}, or give its absolute path"),
    })
}

/// Returns whether a directory is inside of another one, or the same. If both exist, links are
/// followed.
pub(crate) fn is_below(path: &Path, other: &Path) -> bool {
    // Both have to hold: a guest's directory may be granted by its name and still lead out by a
    // link.
    let by_links = match (path.canonicalize(), other.canonicalize()) {
        (Ok(path), Ok(other)) => path.starts_with(other),
        _ => true,
    };
    let by_words = path.starts_with(other) || (other == Path::new(".") && path.is_relative());
    by_words && by_links
}

fn outside(text: &str, how: &str) -> String {
    format!("`{}` {how}; give a path relative to it and in it", shown(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_what() {
        for (path, other, expected) in [
            ("a/b", "a", true),
            ("a", "a", true),
            ("ab", "a", false),
            ("a", "a/b", false),
            ("a", ".", true),
            (".", "a", false),
            ("/a/b", "/a", true),
            ("/a", ".", false),
        ] {
            assert_eq!(is_below(path.as_ref(), other.as_ref()), expected, "{path} {other}");
        }
    }

    #[test]
    fn paths_of_a_folder() {
        for (folder, text, expected) in [
            ("", "a", Some("a")),
            ("", ".", Some(".")),
            ("", "a/..", Some(".")),
            ("f", "./a//b/../c", Some("f/a/c")),
            ("f", ".", Some("f")),
            ("f", "../f/a", None),
            ("f", "a\0", None),
        ] {
            let found = within(folder.as_ref(), text).ok();
            assert_eq!(found, expected.map(PathBuf::from), "{folder} {text:?}");
        }
    }
}
