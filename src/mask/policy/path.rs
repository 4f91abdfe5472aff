//! Paths as the host writes them, such as `trace.steps[*].input`.

use super::PolicyError;

/// The longest path, in bytes; none that anybody writes comes near.
const MAX_PATH_BYTES: usize = 4_096;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A field by its name, in lower case: `input`, or `["a.b"]` where it holds a sign of its own.
    Field(String),
    /// Any field: `*`.
    AnyField,
    /// An element by its place, counted from 0: `[3]`.
    Element(usize),
    /// Any element: `[*]`.
    AnyElement,
    /// Any number of steps of any kind, none included: `**`.
    Deep,
}

/// Reads a path.
///
/// # Errors
/// [`PolicyError::Path`] where it is none.
pub(super) fn parse(path: &str) -> Result<Vec<Step>, PolicyError> {
    let mut reader = Reader { path, at: 0 };
    reader.steps().map_err(|problem| PolicyError::Path {
        path: path.chars().take(MAX_PATH_BYTES).collect(),
        at: reader.at,
        problem,
    })
}

struct Reader<'p> {
    path: &'p str,
    at: usize,
}

impl Reader<'_> {
    fn steps(&mut self) -> Result<Vec<Step>, &'static str> {
        if self.path.len() > MAX_PATH_BYTES {
            return Err("longer than 4 KiB");
        }
        let mut steps = vec![self.first()?];
        while let Some(sign) = self.rest().chars().next() {
            let step = match sign {
                '[' => self.bracket()?,
                '.' => {
                    self.at += 1;
                    self.field()?
                }
                _ => return Err("no `.` or `[` between two steps"),
            };
            // Two in a row reach no further than one.
            if step != Step::Deep || steps.last() != Some(&Step::Deep) {
                steps.push(step);
            }
        }
        Ok(steps)
    }

    fn first(&mut self) -> Result<Step, &'static str> {
        if self.rest().starts_with('[') { self.bracket() } else { self.field() }
    }

    fn rest(&self) -> &str {
        &self.path[self.at..]
    }

    /// A name, `*` or `**`.
    fn field(&mut self) -> Result<Step, &'static str> {
        let len = self.rest().find(['.', '[', ']', '"']).unwrap_or(self.rest().len());
        let name = &self.path[self.at..self.at + len];
        let step = match name {
            "" => return Err("a field without a name"),
            "*" => Step::AnyField,
            "**" => Step::Deep,
            name if name.contains('*') => return Err("`*` stands for a whole name"),
            name if name.trim() != name => return Err("a blank around a name"),
            name => Step::Field(name.to_lowercase()),
        };
        self.at += len;
        Ok(step)
    }

    /// `[3]`, `[*]` or `["name"]`.
    fn bracket(&mut self) -> Result<Step, &'static str> {
        if self.rest().starts_with("[\"") {
            return self.quoted();
        }
        let len = self.rest().find(']').ok_or("a `[` that is not closed")?;
        let step = match &self.rest()[1..len] {
            "*" => Step::AnyElement,
            index if !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()) => {
                Step::Element(index.parse().map_err(|_| "an index too large")?)
            }
            _ => return Err("neither an index nor `*` nor a quoted name between `[` and `]`"),
        };
        self.at += len + 1;
        Ok(step)
    }

    /// A JSON string between brackets.
    fn quoted(&mut self) -> Result<Step, &'static str> {
        let text = &self.rest()[1..];
        let mut names = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let name = names.next().and_then(Result::ok).ok_or("a quoted name that is no JSON text")?;
        let len = names.byte_offset();
        if text.as_bytes().get(len) != Some(&b']') {
            return Err("no `]` behind a quoted name");
        }
        self.at += 1 + len + 1;
        Ok(Step::Field(name.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::Step::{AnyElement, AnyField, Deep, Element, Field};
    use super::*;

    fn field(name: &str) -> Step {
        Field(name.to_owned())
    }

    #[test]
    fn every_kind_of_step_is_read() {
        assert_eq!(
            parse("trace.Steps[*].*[12].**.**.body").unwrap(),
            [
                field("trace"),
                field("steps"),
                AnyElement,
                AnyField,
                Element(12),
                Deep,
                field("body")
            ]
        );
        assert_eq!(parse("[0]").unwrap(), [Element(0)]);
        assert_eq!(
            parse(r#"a["b.c \"]\""].d"#).unwrap(),
            [field("a"), field(r#"b.c "]""#), field("d")]
        );
        assert_eq!(parse("straße.名前").unwrap(), [field("straße"), field("名前")]);
    }

    #[test]
    fn what_is_no_path_is_refused_where_it_goes_wrong() {
        for (path, at) in [
            ("", 0),
            (".a", 0),
            ("a.", 2),
            ("a..b", 2),
            ("a[", 1),
            ("a[]", 1),
            ("a[-1]", 1),
            ("a[x]", 1),
            ("a[99999999999999999999999]", 1),
            ("a[0]b", 4),
            ("a]", 1),
            ("a*", 0),
            ("a.***", 2),
            ("a[\"b]", 1),
            ("a[\"b\"", 1),
            (" a", 0),
        ] {
            let error = parse(path).unwrap_err();
            assert!(matches!(error, PolicyError::Path { at: a, .. } if a == at), "{path}: {error}");
        }
        assert!(parse(&"a.".repeat(4_000)).is_err());
    }
}
