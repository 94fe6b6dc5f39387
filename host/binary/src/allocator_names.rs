//! By what names a core module's allocator goes: those that it is given, or those that its
//! exports look like. It calls nothing.

use std::str::FromStr;

/// The names of the functions with which a core module gives out blocks of its memory and
/// takes them back, for `Session::set_allocator` and `Plan::with_allocator`.
///
/// The first takes a size, or a size and an alignment, and returns a pointer. The second takes
/// a pointer, a pointer and a size, or these and an alignment. Without it nothing is given
/// back.
///
/// ```
/// use wit_host_binary::allocator_names::AllocatorNames;
///
/// let names: AllocatorNames = "malloc,free".parse()?;
/// assert_eq!((&*names.allocate, names.release.as_deref()), ("malloc", Some("free")));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocatorNames {
    /// Gives out a block.
    pub allocate: String,
    /// Takes one back.
    pub release: Option<String>,
}

/// Reads one name, or two with a comma between them.
impl FromStr for AllocatorNames {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (allocate, release) = match text.split_once(',') {
            Some((allocate, release)) => (allocate, Some(release)),
            None => (text, None),
        };
        if allocate.is_empty() || release.is_some_and(str::is_empty) {
            return Err("a name is missing; give NAME or NAME,NAME".into());
        }
        Ok(Self { allocate: allocate.into(), release: release.map(Into::into) })
    }
}

/// An exported function, and what its type would do for an allocator.
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// Whether it takes a size and returns a pointer.
    pub gives: bool,
    /// Whether it takes a pointer, and perhaps a size and an alignment.
    pub takes: bool,
}

/// The pairs of exports that look like an allocator by their names and types, as
/// `allocate,deallocate`.
pub fn pairs(functions: &[Candidate]) -> Vec<String> {
    let releases: Vec<_> =
        functions.iter().filter(|one| one.takes && is_release(&one.name)).collect();
    let gives = functions.iter().filter(|one| one.gives && is_allocate(&one.name));
    let pair = gives.filter_map(|Candidate { name, .. }| {
        let siblings = siblings(name);
        // The one that is called like it, or else the only one.
        let release = releases.iter().find(|release| siblings.contains(&release.name));
        let release = release.or(releases.first().filter(|_| releases.len() == 1))?;
        Some(format!("{name},{}", release.name))
    });
    pair.collect()
}

fn has(name: &str, part: &str) -> bool {
    name.to_ascii_lowercase().contains(part)
}

fn is_allocate(name: &str) -> bool {
    has(name, "alloc") && !["dealloc", "realloc", "calloc"].iter().any(|part| has(name, part))
}

fn is_release(name: &str) -> bool {
    has(name, "free") || has(name, "dealloc")
}

/// What the function that takes blocks back may be called beside the one that gives them.
fn siblings(name: &str) -> [String; 3] {
    [
        name.replace("malloc", "free"),
        name.replace("alloc", "dealloc"),
        name.replace("alloc", "free"),
    ]
}
