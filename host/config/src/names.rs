//! Suggests the name that was probably meant by an unknown one.

use wit_host_text::{list, short};

/// The number of names that an error lists if none is similar.
const LISTED: usize = 12;

/// Returns an error text for an unknown name, with the most similar name, or with all names if
/// there are only a few.
pub fn unknown(what: &str, name: &str, names: &[&str]) -> String {
    let told = format!("there is no {what} `{}`", short(name));
    match nearest(name, names) {
        Some(near) => format!("{told}; did you mean `{}`?", short(near)),
        None if names.is_empty() => told,
        None if names.len() <= LISTED => format!("{told}; there are {}", list(names)),
        None => format!(
            "{told}; there are {} and {} more",
            list(&names[..LISTED]),
            names.len() - LISTED
        ),
    }
}

fn nearest<'n>(name: &str, names: &[&'n str]) -> Option<&'n str> {
    // A long text is not a misspelt name, and comparing it would take long.
    let length = name.chars().take(65).count();
    if length > 64 {
        return None;
    }
    let distances = names.iter().map(|near| (strsim::damerau_levenshtein(name, near), *near));
    let (distance, near) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= (length / 3).max(1)).then_some(near)
}
