//! Where the walk is, such as `trace.steps[3].output`.

/// What a path keeps of a field name, in bytes.
const PATH_KEY_BYTES: usize = 64;

/// Where the walk is, printed only when somebody has to be told.
#[derive(Debug)]
pub(super) struct Path {
    root: String,
    /// The field names on the way, one behind the other.
    keys: String,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Inside,
    Index(usize),
    /// Where its name begins and ends in `keys`.
    Key(usize, usize),
}

impl Path {
    pub(super) fn new(root: &str) -> Self {
        Self { root: root.to_owned(), keys: String::new(), steps: Vec::new() }
    }

    pub(super) fn depth(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn open(&mut self) {
        self.steps.push(Step::Inside);
    }

    pub(super) fn close(&mut self) {
        self.leave();
        self.steps.pop();
    }

    pub(super) fn at_index(&mut self, index: usize) {
        self.leave();
        if let Some(step) = self.steps.last_mut() {
            *step = Step::Index(index);
        }
    }

    pub(super) fn at_key(&mut self, key: &str) {
        self.leave();
        let start = self.keys.len();
        let mut len = key.len().min(PATH_KEY_BYTES);
        while !key.is_char_boundary(len) {
            len -= 1;
        }
        self.keys.push_str(&key[..len]);
        if let Some(step) = self.steps.last_mut() {
            *step = Step::Key(start, start + len);
        }
    }

    /// Forgets the name of the field just left.
    fn leave(&mut self) {
        if let Some(Step::Key(start, _)) = self.steps.last() {
            self.keys.truncate(*start);
        }
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.root)?;
        for step in &self.steps {
            match step {
                Step::Inside => {}
                Step::Index(index) => write!(f, "[{index}]")?,
                // U+0000 must not reach the wire, and a blank is no longer.
                Step::Key(start, end) => {
                    write!(f, ".{}", self.keys[*start..*end].replace('\0', " "))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_follows_the_walk() {
        let mut path = Path::new("trace");
        path.open();
        path.at_key("steps");
        path.open();
        path.at_index(3);
        path.open();
        path.at_key("input");
        path.at_key("output");
        assert_eq!(path.to_string(), "trace.steps[3].output");
        path.close();
        path.at_index(4);
        assert_eq!(path.to_string(), "trace.steps[4]");
    }
}
