//! What a record means, as a number to compare it by.
//!
//! Stores do not keep a text as it came: JSONB puts names in an order of its own, keeps the last of two
//! fields of one name, and writes numbers and characters anew. So what is hashed is not the text but
//! what it says: SHA-256 over values with their types and lengths, objects in the order of their names,
//! numbers by their exact decimal digits. Nested values count by their own hash, so that no text is
//! gone through twice.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::number;
use crate::store::{Listed, Row};

/// How deep a text may be nested; what ingest takes is less deep.
const DEEPEST: usize = 512;

/// A text that is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotJson;

/// The first 128 bits of the hash of a record: of its row, and of the whole of it where there is one.
pub(super) fn of_record(line: &Listed, payload: Option<&str>) -> Result<u128, NotJson> {
    let mut hash = Sha256::new();
    part(&mut hash, line.client.as_str().as_bytes());
    of_row(&mut hash, &line.row)?;
    match payload {
        Some(payload) => of_json(payload)?.add_to(&mut hash),
        None => hash.update([0]),
    }
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    Ok(u128::from_be_bytes(first))
}

/// Every column is named here, so that none is forgotten.
fn of_row(hash: &mut Sha256, row: &Row) -> Result<(), NotJson> {
    let Row {
        record_id,
        kind,
        executed_at,
        outcome,
        status,
        status_reason,
        category,
        environment,
        workflow_name,
        workflow_version,
        ticket_id,
        attempt,
        execution_time_seconds,
        confidence,
        input_tokens,
        output_tokens,
        cost,
        currency,
        error_count,
        provider_name,
        action_type,
        event_type,
        event_category,
        resource_type,
        resource_id,
        entity_type,
        entity_id,
        user_id,
        level,
        metrics,
    } = row;
    part(hash, record_id.as_bytes());
    for text in [kind.as_str(), outcome.as_str(), level] {
        part(hash, text.as_bytes());
    }
    for text in [
        status,
        status_reason,
        category,
        environment,
        workflow_name,
        workflow_version,
        ticket_id,
        currency,
        provider_name,
        action_type,
        event_type,
        event_category,
        resource_type,
        resource_id,
        entity_type,
        entity_id,
        user_id,
    ] {
        optional(hash, text.as_deref().map(str::as_bytes));
    }
    for count in [&Some(*executed_at), attempt, input_tokens, output_tokens, error_count] {
        optional(hash, count.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    }
    for number in [execution_time_seconds, confidence, cost] {
        // Nothing is negative nothing.
        let bits = number.map(|number| (number + 0.0).to_bits().to_be_bytes());
        optional(hash, bits.as_ref().map(<[u8; 8]>::as_slice));
    }
    match metrics {
        Some(metrics) => of_json(metrics)?.add_to(hash),
        None => hash.update([0]),
    }
    Ok(())
}

fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

fn optional(hash: &mut Sha256, bytes: Option<&[u8]>) {
    hash.update([u8::from(bytes.is_some())]);
    part(hash, bytes.unwrap_or_default());
}

/// A value: a plain one as it is, one that holds others as its hash.
#[derive(Debug, PartialEq, Eq)]
enum Value<'a> {
    Word(&'a str),
    Number(String),
    Text(Cow<'a, str>),
    Nested([u8; 32]),
}

impl Value<'_> {
    fn add_to(&self, hash: &mut Sha256) {
        let (sort, bytes) = match self {
            Self::Word(word) => (1, word.as_bytes()),
            Self::Number(number) => (2, number.as_bytes()),
            Self::Text(text) => (3, text.as_bytes()),
            Self::Nested(own) => (4, own.as_slice()),
        };
        hash.update([sort]);
        part(hash, bytes);
    }
}

fn of_json(text: &str) -> Result<Value<'_>, NotJson> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.pass_space();
    if reader.at == text.len() { Ok(value) } else { Err(NotJson) }
}

/// Goes through a text that was JSON when it was stored.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Value<'a>, NotJson> {
        if depth > DEEPEST {
            return Err(NotJson);
        }
        match self.next().ok_or(NotJson)? {
            b'{' => self.object(depth).map(Value::Nested),
            b'[' => self.array(depth).map(Value::Nested),
            b'"' => self.text().map(Value::Text),
            b'-' | b'0'..=b'9' => number::plain(self.run()).map(Value::Number).ok_or(NotJson),
            _ => {
                let word = self.run();
                let is_word = matches!(word, "true" | "false" | "null");
                is_word.then_some(Value::Word(word)).ok_or(NotJson)
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<[u8; 32], NotJson> {
        let mut fields = BTreeMap::new();
        self.at += 1;
        if !self.pass(b'}') {
            loop {
                if self.next() != Some(b'"') {
                    return Err(NotJson);
                }
                let name = self.text()?;
                self.expect(b':')?;
                let value = self.value(depth + 1)?;
                fields.insert(name, value);
                if self.pass(b'}') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        let mut hash = Sha256::new_with_prefix("{");
        for (name, value) in &fields {
            part(&mut hash, name.as_bytes());
            value.add_to(&mut hash);
        }
        Ok(hash.finalize().into())
    }

    fn array(&mut self, depth: usize) -> Result<[u8; 32], NotJson> {
        let mut hash = Sha256::new_with_prefix("[");
        self.at += 1;
        if !self.pass(b']') {
            loop {
                self.value(depth + 1)?.add_to(&mut hash);
                if self.pass(b']') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        Ok(hash.finalize().into())
    }

    /// The text whose quotation mark stands here.
    fn text(&mut self) -> Result<Cow<'a, str>, NotJson> {
        let begin = self.at;
        let bytes = self.text.as_bytes();
        let mut at = begin + 1;
        let mut is_plain = true;
        loop {
            match bytes.get(at).ok_or(NotJson)? {
                b'"' => break,
                b'\\' => {
                    is_plain = false;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        self.at = at + 1;
        if is_plain {
            return Ok(Cow::Borrowed(&self.text[begin + 1..at]));
        }
        serde_json::from_str(&self.text[begin..=at]).map(Cow::Owned).map_err(|_| NotJson)
    }

    /// What stands here up to the next mark or space.
    fn run(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '}', ':', ' ', '\n', '\r', '\t']).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn pass_space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| b" \n\r\t".contains(byte)).count();
    }

    fn next(&mut self) -> Option<u8> {
        self.pass_space();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes behind this mark where it is next.
    fn pass(&mut self, mark: u8) -> bool {
        let is_next = self.next() == Some(mark);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, mark: u8) -> Result<(), NotJson> {
        if self.pass(mark) { Ok(()) } else { Err(NotJson) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::auth::ClientId;
    use crate::store::{Kind, Outcome};

    #[test]
    fn a_value_means_the_same_however_it_is_written() {
        for (one, other) in [
            (r#"{"a": 1.50, "b": [true, null, "x"]}"#, r#"{"b":[true,null,"\u0078"],"a":15e-1}"#),
            (r#"{"a": 1, "\u0061": 2}"#, r#"{"a": 2}"#),
            (r#""\ud83d\ude00\/\n""#, "\"😀/\\u000a\""),
            (" [ ] ", "[]"),
            ("{ }", "{}"),
            ("-0", "0.0"),
        ] {
            assert_eq!(of_json(one), of_json(other), "{one}");
            assert!(of_json(one).is_ok(), "{one}");
        }
    }

    #[test]
    fn what_differs_in_anything_means_another_thing() {
        let texts = [
            "null",
            "false",
            "0",
            "\"0\"",
            "\"\"",
            "[]",
            "{}",
            "[[]]",
            "[0]",
            "[0,0]",
            "[\"0\"]",
            r#"{"a":0}"#,
            r#"{"a":"0"}"#,
            r#"{"a":0,"b":0}"#,
            r#"{"ab":0}"#,
            r#"["a",0]"#,
            r#"{"a":{"b":0}}"#,
            r#"{"a":[{"b":0}]}"#,
            "12345678901234567890123",
            "12345678901234567890124",
            r#""\ufffd""#,
            r#""\u0000""#,
            r#""a\u0000""#,
        ];
        for (at, one) in texts.iter().enumerate() {
            for other in &texts[at + 1..] {
                assert_ne!(of_json(one), of_json(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn what_is_not_json_has_no_meaning() {
        let deep = "[".repeat(100_000);
        for odd in [
            "",
            "{",
            "[1",
            "[1 2]",
            "{\"a\"}",
            "{\"a\" 1}",
            "{a:1}",
            "\"",
            "\"\\",
            "tru",
            "1x",
            "[]]",
            "\"\\q\"",
            "[1,]",
            "{\"a\":1,}",
            &deep,
        ] {
            assert_eq!(of_json(odd), Err(NotJson), "{}", &odd[..odd.len().min(20)]);
        }
    }

    #[test]
    fn every_part_of_a_record_counts() {
        let row = Row::new(Uuid::from_u128(7), Kind::Workflow, 5, Outcome::Ok);
        let line = |client: &str, row: &Row| Listed {
            seq: 1,
            client: ClientId::new(client).unwrap(),
            row: row.clone(),
        };
        let some = Some("x".to_owned());
        let rows = [
            row.clone(),
            Row { status: some.clone(), ..row.clone() },
            Row { status_reason: some.clone(), ..row.clone() },
            Row { user_id: some, ..row.clone() },
            Row { attempt: Some(5), ..row.clone() },
            Row { input_tokens: Some(5), ..row.clone() },
            Row { cost: Some(5.0), ..row.clone() },
            Row { confidence: Some(5.0), ..row.clone() },
            Row { metrics: Some("{}".to_owned()), ..row.clone() },
            Row { executed_at: 6, ..row.clone() },
            Row { outcome: Outcome::Open, ..row.clone() },
        ];
        let mut meanings: Vec<_> =
            rows.iter().map(|row| of_record(&line("a", row), None).unwrap()).collect();
        meanings.push(of_record(&line("b", &row), None).unwrap());
        meanings.push(of_record(&line("a", &row), Some("{}")).unwrap());
        meanings.push(of_record(&line("a", &row), Some("{\"a\":1}")).unwrap());
        let count = meanings.len();
        meanings.sort_unstable();
        meanings.dedup();
        assert_eq!(meanings.len(), count);
        let elsewhere = Listed { seq: 2, ..line("a", &row) };
        assert_eq!(of_record(&elsewhere, None), of_record(&line("a", &row), None));
    }
}
