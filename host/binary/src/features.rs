//! What of WebAssembly guests may use. An engine's settings say the same.

use wasmparser::WasmFeatures;

/// What an engine takes, for looking at guests without one.
pub fn features() -> WasmFeatures {
    WasmFeatures::WASM2
        | WasmFeatures::TAIL_CALL
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::MULTI_MEMORY
        | WasmFeatures::COMPONENT_MODEL
}
