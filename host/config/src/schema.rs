//! The JSON Schema of the file, for editors. The descriptions in it are the comments in `document`.

use serde_json::Value;

use crate::document::Document;

/// Returns the JSON Schema of a host file.
pub fn schema() -> Value {
    schemars::schema_for!(Document).into()
}
