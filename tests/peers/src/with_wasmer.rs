//! The work in wasmer with its defaults, which have no limits.

use anyhow::Result;
use wasmer::sys::Cranelift;
use wasmer::{
    Engine, Function, FunctionEnv, FunctionEnvMut, Imports, Instance, Memory, Module, RuntimeError,
    Store, WasmPtr, imports,
};

use crate::{Work, functions};

/// The host data, and the result that the guest has not fetched yet.
#[derive(Default)]
struct Data {
    memory: Option<Memory>,
    kept: Vec<u8>,
}

pub(crate) fn work(guest: &[u8], work: &str, length: u32) -> Result<Work> {
    let engine = Engine::from(Cranelift::default());
    let module = Module::new(&engine, guest)?;
    if work == "fresh" {
        return Ok(Box::new(move |times| (0..times).try_for_each(|_| fresh(&engine, &module))));
    }
    let (mut store, instance) = instance(&engine, &module)?;
    let exports = &instance.exports;
    Ok(match work {
        "sum" => {
            let function = exports.get_typed_function::<(i32, i32), i32>(&store, work)?;
            Box::new(move |times| {
                for _ in 0..times {
                    function.call(&mut store, 1, 2)?;
                }
                Ok(())
            })
        }
        "call-add" => {
            let function = exports.get_typed_function::<u32, i32>(&store, work)?;
            Box::new(move |times| {
                function.call(&mut store, times)?;
                Ok(())
            })
        }
        _ => {
            let function = exports.get_typed_function::<(u32, u32), u64>(&store, work)?;
            Box::new(move |times| {
                function.call(&mut store, times, length)?;
                Ok(())
            })
        }
    })
}

fn fresh(engine: &Engine, module: &Module) -> Result<()> {
    let (mut store, instance) = instance(engine, module)?;
    let function = instance.exports.get_typed_function::<(i32, i32), i32>(&store, "sum")?;
    function.call(&mut store, 1, 2)?;
    Ok(())
}

fn instance(engine: &Engine, module: &Module) -> Result<(Store, Instance)> {
    let mut store = Store::new(engine.clone());
    let data = FunctionEnv::new(&mut store, Data::default());
    let imports = imports(&mut store, &data);
    let instance = Instance::new(&mut store, module, &imports)?;
    data.as_mut(&mut store).memory = Some(instance.exports.get_memory("memory")?.clone());
    Ok((store, instance))
}

fn imports(store: &mut Store, data: &FunctionEnv<Data>) -> Imports {
    imports! {
        "env" => {
            "add" => Function::new_typed_with_env(store, data, add),
            "echo_text" => Function::new_typed_with_env(store, data, echo_text),
            "measure_text" => Function::new_typed_with_env(store, data, measure_text),
            "echo_bytes" => Function::new_typed_with_env(store, data, echo_bytes),
            "write_mem" => Function::new_typed_with_env(store, data, write_mem),
        }
    }
}

fn add(_: FunctionEnvMut<'_, Data>, a: i32, b: i32) -> i32 {
    functions::add(a, b)
}

fn echo_text(
    mut data: FunctionEnvMut<'_, Data>,
    at: WasmPtr<u8>,
    length: u32,
) -> Result<u32, RuntimeError> {
    let (data, store) = data.data_and_store_mut();
    let view = data.memory()?.view(&store);
    let text = at.read_utf8_string(&view, length).map_err(failed)?;
    data.keep(functions::echo_text(text).into_bytes())
}

fn measure_text(
    mut data: FunctionEnvMut<'_, Data>,
    at: WasmPtr<u8>,
    length: u32,
) -> Result<u32, RuntimeError> {
    let (data, store) = data.data_and_store_mut();
    let view = data.memory()?.view(&store);
    let text = at.read_utf8_string(&view, length).map_err(failed)?;
    Ok(functions::measure_text(&text))
}

fn echo_bytes(
    mut data: FunctionEnvMut<'_, Data>,
    at: WasmPtr<u8>,
    length: u32,
) -> Result<u32, RuntimeError> {
    let (data, store) = data.data_and_store_mut();
    let view = data.memory()?.view(&store);
    let bytes = at.slice(&view, length).and_then(|slice| slice.read_to_vec()).map_err(failed)?;
    data.keep(functions::echo_bytes(bytes))
}

fn write_mem(mut data: FunctionEnvMut<'_, Data>, at: u32) -> Result<(), RuntimeError> {
    let (data, store) = data.data_and_store_mut();
    let view = data.memory()?.view(&store);
    view.write(at.into(), &data.kept).map_err(failed)
}

impl Data {
    fn memory(&self) -> Result<&Memory, RuntimeError> {
        self.memory.as_ref().ok_or_else(|| failed("the guest has no memory"))
    }

    fn keep(&mut self, result: Vec<u8>) -> Result<u32, RuntimeError> {
        self.kept = result;
        u32::try_from(self.kept.len()).map_err(failed)
    }
}

fn failed(reason: impl ToString) -> RuntimeError {
    RuntimeError::new(reason.to_string())
}
