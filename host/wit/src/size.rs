//! Counts what resolving WIT costs beyond the length of its text: packages, which are compared with
//! each other, and the items that worlds include, which are copied into each. It reads no text.

use wit_parser::UnresolvedPackage;

/// The number of packages. All of WASI are some fifteen, and one version of each is usual.
const MOST_PACKAGES: usize = 200;
/// The number of items that may be copied. The largest worlds of WASI have some thousands.
const MOST_COPIES: usize = 250_000;

/// What was read so far.
#[derive(Default)]
pub(super) struct Size {
    packages: usize,
    items: usize,
    includes: usize,
}

impl Size {
    /// Adds a package.
    ///
    /// # Errors
    /// A sentence, if the packages are more than can be resolved.
    pub(super) fn add(&mut self, package: &UnresolvedPackage) -> Result<(), String> {
        self.packages += 1;
        for (_, world) in &package.worlds {
            self.items += world.imports.len() + world.exports.len();
            self.includes += world.includes.len();
        }
        if self.packages > MOST_PACKAGES {
            return Err(format!("it has more than {MOST_PACKAGES} packages"));
        }
        // An include copies at most all items that there are.
        match self.items.saturating_mul(self.includes) > MOST_COPIES {
            true => Err(format!(
                "its worlds have {} items and {} includes, which are more than can be copied",
                self.items, self.includes
            )),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Contract;

    /// Returns worlds of which each includes the one before.
    fn worlds(items: usize, includes: usize) -> String {
        let imports: String = (0..items).map(|n| format!("import item{n}: func();")).collect();
        let world = |n: usize| format!("world w{n} {{ include w{}; }}\n", n - 1);
        let chain: String = (1..=includes).map(world).collect();
        format!("package a:b;\nworld w0 {{ {imports} }}\n{chain}")
    }

    fn packages(count: usize) -> String {
        let package = |n| format!("package a:p{n} {{ interface i {{ f: func(); }} }}\n");
        let nested: String = (1..count).map(package).collect();
        format!("package a:b;\nworld w {{}}\n{nested}")
    }

    #[test]
    fn what_would_take_long_to_resolve_is_refused() {
        for (wit, world, reason) in [
            (worlds(100, 100), "w1", None),
            (worlds(600, 600), "w1", Some("more than can be copied")),
            (packages(200), "w", None),
            (packages(201), "w", Some("more than 200 packages")),
        ] {
            let error = Contract::parse(&wit, Some(world)).err().map(|error| error.to_string());
            match reason {
                None => assert_eq!(error, None),
                Some(reason) => assert!(error.is_some_and(|error| error.contains(reason))),
            }
        }
    }
}
