//! A recorded agent run, as its file holds it: one JSON object a line, plain or gzipped.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One run of an agent on one task.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RecordedRun {
    /// The number of its line, from 1.
    #[serde(skip)]
    pub(crate) line: u64,
    pub(crate) reward: f64,
    pub(crate) cost: Option<f64>,
    pub(crate) messages: Vec<Message>,
    /// All the rest: what the agent was to do, and for whom.
    #[serde(flatten)]
    pub(crate) task: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    System,
    User,
    Assistant,
    Tool,
}

/// One message of the conversation; what is not known here is kept as it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Message {
    pub(crate) role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tool_calls: Option<Vec<ToolCall>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tool_call_id: Option<String>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) function: Function,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// What the model asked for; the arguments are the JSON text that it wrote.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) arguments: String,
}

/// Reads the whole file, so that nothing is shipped of one that is wrong.
pub(crate) fn read(path: &Path) -> Result<Vec<RecordedRun>, Box<dyn Error>> {
    let named = |error: &dyn Error| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| named(&error))?;
    let mut runs = Vec::new();
    for (line, number) in lines(path, file).lines().zip(1_u64..) {
        let line = line.map_err(|error| named(&error))?;
        let run: RecordedRun =
            serde_json::from_str(&line).map_err(|error| not_a_run(path, number, &error))?;
        runs.push(RecordedRun { line: number, ..run });
    }
    Ok(runs)
}

fn lines(path: &Path, file: File) -> Box<dyn BufRead> {
    let is_gzipped = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    if is_gzipped {
        Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(file))))
    } else {
        Box::new(BufReader::new(file))
    }
}

/// The parser's own message may quote what it found, so only the place is told.
fn not_a_run(path: &Path, number: u64, error: &serde_json::Error) -> String {
    let what = if error.is_data() { "is no recorded run" } else { "is no JSON" };
    format!("{}: line {number} {what} (column {})", path.display(), error.column())
}
