//! Names the proposals of WebAssembly that guests may use. The settings of the engine agree
//! with this list.

use wasmparser::WasmFeatures;

/// Returns the features that the engine accepts, for validating guests without an engine.
pub fn features() -> WasmFeatures {
    WasmFeatures::WASM2
        | WasmFeatures::TAIL_CALL
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::MULTI_MEMORY
        | WasmFeatures::COMPONENT_MODEL
}
