//! A contract with several interfaces, a dependency on another package, flags, a resource, an
//! async function and a function that fails.
//!
//! `cargo run --example library`

use std::collections::BTreeMap;

use wit_host::wasmtime::component::{HasSelf, Resource, ResourceTable};
use wit_host::{Contract, HostFailure, Runtime, State};

use self::bindings::Visitor;
use self::bindings::example::library::catalogue::{Host, HostLoan, Rights};
use self::bindings::example::people::readers::{self, Reader};

/// A module for generated code only.
mod bindings {
    wit_host::wasmtime::component::bindgen!({
        // The folder has `deps/` with the packages that the world needs.
        path: "examples/library/wit",
        world: "visitor",
        imports: {
            // This function waits, so its method is async. Other sessions run in the meantime.
            "example:library/catalogue.lend": async | trappable,
            // `trappable`: methods return a `wasmtime::Result`, so that they can report a
            // failure of the host. It contains the `result` of the WIT.
            default: trappable,
        },
        // Guests are called in async code, or by the blocking session.
        exports: { default: async },
        // The host's type for the resource, in place of a generated one.
        with: { "example:library/catalogue.loan": super::Loan },
        // For tests and logs.
        additional_derives: [PartialEq],
        // The library's own version of the engine is used, so that there is only one. A
        // contract with `flags` needs the crate `wasmtime` as a dependency all the same
        // (`default-features = false`), because the code generated for flags ignores this line.
        wasmtime_crate: wit_host::wasmtime,
    });
}

/// The host's value behind a guest's handle.
#[allow(unreachable_pub, reason = "generated code names it")]
pub struct Loan {
    title: String,
    rights: Rights,
}

/// The host data of one session. Functions that depend on the session's grants ask
/// `State::grants`.
struct Library {
    shelf: BTreeMap<String, Rights>,
    loans: ResourceTable,
}

impl Host for Library {
    async fn lend(
        &mut self,
        to: Reader,
        title: String,
    ) -> wit_host::wasmtime::Result<Result<Resource<Loan>, String>> {
        if to.card == 0 {
            // This is the host's failure. The guest does not learn of it, since its session
            // ends.
            return Err(HostFailure("the register of cards is away".into()).into());
        }
        tokio::task::yield_now().await;
        // This `Err` is returned to the guest, which can handle it.
        let Some(rights) = self.shelf.remove(&title) else {
            return Ok(Err(format!("`{title}` is lent out")));
        };
        Ok(Ok(self.loans.push(Loan { title, rights })?))
    }
}

// An interface that contains only types needs an empty implementation.
impl readers::Host for Library {}

impl HostLoan for Library {
    fn title(&mut self, loan: Resource<Loan>) -> wit_host::wasmtime::Result<String> {
        Ok(self.loans.get(&loan)?.title.clone())
    }

    fn rights(&mut self, loan: Resource<Loan>) -> wit_host::wasmtime::Result<Rights> {
        Ok(self.loans.get(&loan)?.rights)
    }

    // Loans that are not given back are dropped with the table when the session ends.
    fn drop(&mut self, loan: Resource<Loan>) -> wit_host::wasmtime::Result<()> {
        let Loan { title, rights } = self.loans.delete(loan)?;
        self.shelf.insert(title, rights);
        Ok(())
    }
}

fn runtime() -> wit_host::Result<Runtime<Library>> {
    Runtime::builder()
        .allow_text_format(true)
        .component_imports(|linker| {
            Visitor::add_to_linker::<_, HasSelf<Library>>(linker, State::data_mut)
        })
        .build()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = runtime()?;
    // Guests are checked against this contract before they run, with messages for their
    // authors.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/library/wit");
    let contract = Contract::read(folder.as_ref(), Some("visitor"))?;
    assert_eq!(contract.name(), "example:library/visitor@1.0.0");
    let stranger = r#"(component (import "example:library/cellar@1.0.0" (instance)))"#;
    let mismatches = runtime.fit_contract(stranger, &contract)?.mismatches;
    println!("{}", mismatches[0]);
    assert_eq!(mismatches[0].name, "example:library/cellar@1.0.0");

    // A guest that was built for the contract would be called like this:
    //     let mut session = guest.session(Library { … }).start().await?;
    //     let visitor = session.bind(Visitor::new)?;
    //     let visit = async |store: &mut Store<_>| visitor.call_visit(store, "Emma").await;
    //     println!("{}", session.run("visit", visit).await?);
    let tokio = tokio::runtime::Builder::new_current_thread().build()?;
    tokio.block_on(lend_and_give_back())
}

/// Host functions are methods, so they can be tried without a guest.
async fn lend_and_give_back() -> Result<(), Box<dyn std::error::Error>> {
    let shelf = BTreeMap::from([("Emma".to_owned(), Rights::READ | Rights::TAKE_HOME)]);
    let mut library = Library { shelf, loans: ResourceTable::new() };
    let jane = |card| Reader { name: "Jane".into(), card };
    let loan = library.lend(jane(7), "Emma".into()).await??;
    assert_eq!(library.rights(Resource::new_own(loan.rep()))?, Rights::READ | Rights::TAKE_HOME);
    let lent = library.lend(jane(7), "Emma".into()).await?;
    assert_eq!(lent.err().as_deref(), Some("`Emma` is lent out"));
    HostLoan::drop(&mut library, loan)?;
    assert!(library.shelf.contains_key("Emma"));
    assert!(library.lend(jane(0), "Emma".into()).await.is_err());
    Ok(())
}

#[test]
fn runs() {
    main().expect("it ends well");
}
