//! The JSON Schema of the file, for editors.

use serde_json::Value;

use crate::document::Document;

/// The JSON Schema of a host file.
pub fn schema() -> Value {
    schemars::schema_for!(Document).into()
}
