//! Names the functions of a core module's allocator: as the caller gives them, or as the names
//! of its exports suggest. It calls none of them.

use std::str::FromStr;

/// The names of the functions with which a core module allocates blocks of its memory and frees
/// them, for `Session::set_allocator` and `Plan::with_allocator`.
///
/// The first function takes a size, or a size and an alignment, and returns a pointer. The
/// second one takes a pointer, a pointer and a size, or these and an alignment. Without the
/// second one, blocks are not freed.
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
    /// The function that allocates a block.
    pub allocate: String,
    /// The function that frees a block.
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

/// An exported function, and the roles in an allocator that its type allows.
pub struct Candidate {
    /// The function's name.
    pub name: String,
    /// Whether the function takes a size and returns a pointer.
    pub gives: bool,
    /// Whether the function takes a pointer, and perhaps a size and an alignment.
    pub takes: bool,
}

/// Returns the pairs of exports whose names and types look like an allocator, written as
/// `allocate,deallocate`.
pub fn pairs(functions: &[Candidate]) -> Vec<String> {
    let releases: Vec<_> =
        functions.iter().filter(|one| one.takes && is_release(&one.name)).collect();
    let gives = functions.iter().filter(|one| one.gives && is_allocate(&one.name));
    let pair = gives.filter_map(|Candidate { name, .. }| {
        let siblings = siblings(name);
        // Prefer the function whose name goes with the allocating one, then the only candidate.
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

/// Returns the names that the freeing function may have beside the allocating one.
fn siblings(name: &str) -> [String; 3] {
    [
        name.replace("malloc", "free"),
        name.replace("alloc", "dealloc"),
        name.replace("alloc", "free"),
    ]
}
