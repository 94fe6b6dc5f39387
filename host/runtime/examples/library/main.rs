//! A contract with what contracts have: several interfaces, a package that is depended on,
//! flags, a resource, an async function and one that fails.
//!
//! `cargo run --example library`

use std::collections::BTreeMap;

use wit_host::wasmtime::component::{HasSelf, Resource, ResourceTable};
use wit_host::{Contract, HostFailure, Runtime, State};

use self::bindings::Visitor;
use self::bindings::example::library::catalogue::{Host, HostLoan, Rights};
use self::bindings::example::people::readers::{self, Reader};

/// All that is generated, and nothing else.
mod bindings {
    wit_host::wasmtime::component::bindgen!({
        // The folder has `deps/` with the packages that the world needs.
        path: "examples/library/wit",
        world: "visitor",
        imports: {
            // This one waits, so that its method is async: while it does, others are served.
            "example:library/catalogue.lend": async | trappable,
            // `trappable`: methods return `wasmtime::Result`, so that they can say that the
            // host has failed. The `result` of the WIT is within it.
            default: trappable,
        },
        // Guests are called in async code, or by the blocking session.
        exports: { default: async },
        // What stands for the resource in the host, instead of a type that is generated.
        with: { "example:library/catalogue.loan": super::Loan },
        // For tests and logs.
        additional_derives: [PartialEq],
        // The engine of the library, so that there is no other version of it. A contract with
        // `flags` needs the crate `wasmtime` among the dependencies all the same
        // (`default-features = false`): what is generated for flags does not heed this line.
        wasmtime_crate: wit_host::wasmtime,
    });
}

/// What lies in the host behind a guest's handle.
#[allow(unreachable_pub, reason = "generated code names it")]
pub struct Loan {
    title: String,
    rights: Rights,
}

/// The host data of one session. What is bounded by the session's grants asks `State::grants`.
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
            // The host's failure, which the guest never hears of: its session ends.
            return Err(HostFailure("the register of cards is away".into()).into());
        }
        tokio::task::yield_now().await;
        // An `Err` that the guest gets, and can act upon.
        let Some(rights) = self.shelf.remove(&title) else {
            return Ok(Err(format!("`{title}` is lent out")));
        };
        Ok(Ok(self.loans.push(Loan { title, rights })?))
    }
}

// An interface of types alone asks for nothing, and says so.
impl readers::Host for Library {}

impl HostLoan for Library {
    fn title(&mut self, loan: Resource<Loan>) -> wit_host::wasmtime::Result<String> {
        Ok(self.loans.get(&loan)?.title.clone())
    }

    fn rights(&mut self, loan: Resource<Loan>) -> wit_host::wasmtime::Result<Rights> {
        Ok(self.loans.get(&loan)?.rights)
    }

    // What is not given back when the session ends is dropped with the table.
    fn drop(&mut self, loan: Resource<Loan>) -> wit_host::wasmtime::Result<()> {
        let Loan { title, rights } = self.loans.delete(loan)?;
        self.shelf.insert(title, rights);
        Ok(())
    }
}

fn runtime() -> wit_host::Result<Runtime<Library>> {
    Runtime::builder()
        .allow_text_format(true)
        .component(|linker| Visitor::add_to_linker::<_, HasSelf<Library>>(linker, State::data_mut))
        .build()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = runtime()?;
    // What a guest is held against before it runs, in words for its author.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/library/wit");
    let contract = Contract::read(folder.as_ref(), Some("visitor"))?;
    assert_eq!(contract.name(), "example:library/visitor@1.0.0");
    let stranger = r#"(component (import "example:library/cellar@1.0.0" (instance)))"#;
    let mismatches = runtime.fit_contract(stranger, &contract)?.mismatches;
    println!("{}", mismatches[0]);
    assert_eq!(mismatches[0].name, "example:library/cellar@1.0.0");

    // A guest that was built for the contract would be called so:
    //     let mut session = guest.session(Library { … }).start().await?;
    //     let visitor = session.bind(Visitor::new)?;
    //     let visit = async |store: &mut Store<_>| visitor.call_visit(store, "Emma").await;
    //     println!("{}", session.run("visit", visit).await?);
    let tokio = tokio::runtime::Builder::new_current_thread().build()?;
    tokio.block_on(lend_and_give_back())
}

/// Host functions are methods, which need no guest to be tried.
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
