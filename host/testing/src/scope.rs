//! Which imports and functions a name means, with or without a version. It does not know what
//! answers them.

/// The imports that something answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scope {
    /// The imports by their name, or `None` for all that it has answers for.
    pub(crate) name: Option<String>,
    /// The functions of a fixture, by their names without versions. `None` for what answers all.
    pub(crate) functions: Option<Vec<String>>,
}

impl Scope {
    /// Returns whether a function is in it.
    pub(crate) fn has(&self, function: &str) -> bool {
        let functions = self.functions.as_deref();
        // A fixture has the names of functions, and `env` may have others for them.
        let means = |name| means(name, function) || (functions.is_some() && is_of_env(name));
        let is_meant = self.name.as_deref().is_none_or(means);
        is_meant && functions.is_none_or(|all| all.iter().any(|one| self::means(one, function)))
    }

    /// Returns whether any function is in it of what a guest imports as `import`: an interface, a
    /// function of the world, or `env.name`.
    pub(crate) fn touches(&self, import: &str) -> bool {
        let touches = |name: &str| match import.strip_prefix("env.") {
            Some(own) => may_be(name, own),
            None => is_all_of(name, import) || is_in(name, import),
        };
        let functions = self.functions.as_deref();
        self.name.as_deref().is_none_or(touches)
            && functions.is_none_or(|all| all.iter().any(|one| touches(one)))
    }
}

/// Returns whether this is a name of what core modules import.
pub(crate) fn is_of_env(name: &str) -> bool {
    name == "env" || name.starts_with("env.")
}

/// Returns whether a name in a file of tests means a function: its package, its interface, the
/// function itself, or `env`.
pub(crate) fn means(name: &str, function: &str) -> bool {
    let name = plain(name);
    let name = match name.strip_prefix("env") {
        Some("") => return true,
        Some(own) if own.starts_with('.') => own[1..].replace('_', "-"),
        _ => name,
    };
    function == name
        || function.strip_prefix(&name).is_some_and(|rest| rest.starts_with(['/', '.']))
        || function.rsplit_once('.').is_some_and(|(_, own)| own == name)
}

/// Returns whether a name means all of what a guest imports as `import`.
pub(crate) fn is_all_of(name: &str, import: &str) -> bool {
    let (name, import) = (plain(name), plain(import));
    import == name || import.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns whether a name means what a guest imports as `import`, or one function of it.
pub(crate) fn is_in(name: &str, import: &str) -> bool {
    let (name, import) = (plain(name), plain(import));
    name.strip_prefix(&import).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Returns whether a name may mean what a core module imports from `env` as `own`. A package or an
/// interface may have any function.
fn may_be(name: &str, own: &str) -> bool {
    let name = plain(name);
    match name.rsplit_once('.') {
        Some((_, function)) => function.replace('-', "_") == own,
        None => name == "env" || name.contains(':') || name.replace('-', "_") == own,
    }
}

/// Takes the version out of `a:b/c@1.0.0.f`.
fn plain(name: &str) -> String {
    let Some((plain, version)) = name.split_once('@') else { return name.into() };
    // A version has three parts, and the function's name comes behind the third.
    match version.match_indices('.').nth(2) {
        Some((at, _)) => format!("{plain}{}", &version[at..]),
        None => plain.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_means() {
        for (name, expected) in [
            ("shop:prices", true),
            ("shop:prices/prices", true),
            ("shop:prices/prices@1.0.0", true),
            ("shop:prices/prices.price-of", true),
            ("shop:prices/prices@1.0.0.price-of", true),
            ("price-of", true),
            ("env", true),
            ("env.price_of", true),
            ("env.price", false),
            ("shop:prices/price", false),
            ("shop", false),
        ] {
            assert_eq!(means(name, "shop:prices/prices.price-of"), expected, "{name}");
        }
    }

    #[test]
    fn what_an_answer_touches() {
        let scope = |name: Option<&str>, functions: Option<&[&str]>| Scope {
            name: name.map(Into::into),
            functions: functions.map(|all| all.iter().map(|&one| one.into()).collect()),
        };
        let fixture = scope(None, Some(&["a:b/c.one-two"]));
        for (scope, import, expected) in [
            (&scope(None, None), "a:b/c@1.0.0", true),
            (&scope(Some("a:b"), None), "a:b/c@1.0.0", true),
            (&scope(Some("a:b/c.f"), None), "a:b/c@1.0.0", true),
            (&scope(Some("a:b/d"), None), "a:b/c@1.0.0", false),
            (&scope(Some("f"), None), "f", true),
            (&fixture, "a:b/c@1.0.0", true),
            (&fixture, "a:b/cc", false),
            (&fixture, "env.one_two", true),
            (&fixture, "env.one", false),
            (&scope(Some("env.one"), None), "env.one", true),
            (&scope(Some("a:b/d"), Some(&["a:b/c.f"])), "a:b/c", false),
        ] {
            assert_eq!(scope.touches(import), expected, "{scope:?} {import}");
        }
    }
}
