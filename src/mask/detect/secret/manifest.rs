//! Manifests of Kubernetes secrets in YAML (Kubernetes, "Secrets"): what stands under `data`, in
//! base64 (RFC 4648, section 4), and under `stringData`, as it is.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::super::Finding;
use super::charset::Charset;
use super::value;

static KIND: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("kind:"));

/// Shorter base64 may be a word.
const MIN_DATA: usize = 8;

/// What the lines are part of.
#[derive(Clone, Copy)]
enum Part {
    Other,
    /// Values, behind so many blanks more than the name of the whole.
    Data {
        indent: usize,
        is_base64: bool,
    },
}

/// Appends the values of the secrets in `text`.
pub(super) fn find(text: &str, findings: &mut Vec<Finding>) {
    if KIND.find(text.as_bytes()).is_none() {
        return;
    }
    let mut start = 0;
    let mut is_secret = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            find_in(text, start..at, is_secret, findings);
            (start, is_secret) = (at + line.len(), false);
        }
        is_secret |= names_secret(line);
        at += line.len();
    }
    find_in(text, start..at, is_secret, findings);
}

fn names_secret(line: &str) -> bool {
    let kind = line.trim().strip_prefix("kind:");
    kind.is_some_and(|kind| {
        kind.trim_matches([' ', '\t', '"', '\'']).eq_ignore_ascii_case("secret")
    })
}

/// The values of one document, if it is that of a secret.
fn find_in(
    text: &str,
    document: std::ops::Range<usize>,
    is_secret: bool,
    findings: &mut Vec<Finding>,
) {
    if !is_secret {
        return;
    }
    let mut part = Part::Other;
    let mut at = document.start;
    for line in text[document].split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        match part {
            Part::Data { indent: name, is_base64 } if indent > name => {
                let value = value_of(line).filter(|value| is_value(value, is_base64));
                findings.extend(value.map(|value| {
                    let start = at + line.find(value).unwrap_or(0);
                    Finding::secret(start, start + value.len(), "secret")
                }));
            }
            _ => part = part_of(line.trim(), indent),
        }
        at += line.len();
    }
}

fn part_of(name: &str, indent: usize) -> Part {
    match name {
        "data:" => Part::Data { indent, is_base64: true },
        "stringData:" => Part::Data { indent, is_base64: false },
        _ => Part::Other,
    }
}

/// Behind the name, or the whole line of a block that began in a line above.
fn value_of(line: &str) -> Option<&str> {
    let value = line.split_once(": ").map_or(line, |(_, value)| value).trim();
    let value = value.trim_matches(['"', '\'']);
    (!value.is_empty() && !value.ends_with(':') && !value.starts_with(['|', '>', '#', '{']))
        .then_some(value)
}

fn is_value(value: &str, is_base64: bool) -> bool {
    let bytes = value.as_bytes();
    let has_form = !is_base64
        || (bytes.len() >= MIN_DATA
            && bytes.len() % 4 == 0
            && Charset::Base64.run(bytes, bytes.len()) == bytes.len());
    has_form && !value::is_filling(bytes) && !value::is_stand_in(value)
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text, &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn the_data_of_a_secret_are_found() {
        let data = "data:\n  one: b3BlbiBzZXNhbWU=\n  two: |\n    c2VzYW1lOTk=\nmetadata:\n  a: b3BlbnNlc2FtZTA=\n";
        let text = format!("apiVersion: v1\nkind: Secret\n{data}");
        assert_eq!(found(&text), ["b3BlbiBzZXNhbWU=", "c2VzYW1lOTk="]);
        assert_eq!(found("stringData:\n  a: 'sesame'\nkind: \"Secret\"\n"), ["sesame"]);
    }

    #[test]
    fn other_documents_and_values_are_left() {
        let map = "kind: ConfigMap\ndata:\n  one: b3BlbiBzZXNhbWU=\n";
        assert_eq!(found(map), Vec::<&str>::new());
        assert_eq!(found(&format!("kind: Secret\n---\n{map}")), Vec::<&str>::new());
        let empty = "kind: Secret\ndata:\n  one: {{ .Values.one }}\n  two: short\n  three: \"\"\n";
        assert_eq!(found(empty), Vec::<&str>::new());
    }
}
