//! The host's rules by path, all of them followed at once while a value is walked.
//!
//! The paths make one tree, so that what they begin with alike is followed once. Where the walk
//! stands in it is a few numbers on a stack of the walk's own; without rules there is nothing to
//! follow, and nothing is done.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Treatment;
use super::path::Step;

/// The way on from a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way<'k> {
    Field(&'k str),
    Element(usize),
}

/// The rules as a tree.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    /// The first is the root; there is none without rules.
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    fields: HashMap<Box<str>, u32>,
    any_field: Option<u32>,
    elements: HashMap<usize, u32>,
    any_element: Option<u32>,
    deep: Option<u32>,
    /// It stands for `**`: every way leads back to it as well.
    is_deep: bool,
    says: Option<Treatment>,
}

/// The nodes that the way to a value has reached: a part of the walk's stack.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reach {
    from: usize,
    to: usize,
}

impl Reach {
    pub(crate) const fn is_empty(self) -> bool {
        self.from == self.to
    }
}

impl Paths {
    pub(super) fn insert(&mut self, steps: &[Step], says: Treatment) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let end = steps.iter().fold(0, |at, step| self.child(at, step));
        let node = &mut self.nodes[end];
        node.says = Some(node.says.map_or(says, |before| before.or_stricter(says)));
    }

    fn child(&mut self, at: usize, step: &Step) -> usize {
        // More nodes than a `u32` counts would take the host more memory than there is.
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let node = &mut self.nodes[at];
        let child = match step {
            Step::Field(name) => *node.fields.entry(name.as_str().into()).or_insert(next),
            Step::AnyField => *node.any_field.get_or_insert(next),
            Step::Element(index) => *node.elements.entry(*index).or_insert(next),
            Step::AnyElement => *node.any_element.get_or_insert(next),
            Step::Deep => *node.deep.get_or_insert(next),
        };
        if child == next {
            self.nodes.push(Node { is_deep: *step == Step::Deep, ..Node::default() });
        }
        child as usize
    }

    /// Where every walk begins.
    pub(crate) fn start(&self, stack: &mut Vec<u32>) -> Reach {
        stack.clear();
        if !self.nodes.is_empty() {
            self.push(stack, 0, 0);
        }
        Reach { from: 0, to: stack.len() }
    }

    /// Goes one step on from `reach`, and tells what the rules say of the place there. What an
    /// earlier step from the same place left on the stack is forgotten.
    pub(crate) fn step(
        &self,
        stack: &mut Vec<u32>,
        reach: Reach,
        way: Way<'_>,
    ) -> (Reach, Option<Treatment>) {
        stack.truncate(reach.to);
        let name = match way {
            Way::Field(name) => lower(name),
            Way::Element(_) => Cow::Borrowed(""),
        };
        for at in reach.from..reach.to {
            let index = stack[at];
            let node = &self.nodes[index as usize];
            let (exact, any) = match way {
                Way::Field(_) => (node.fields.get(&*name), node.any_field),
                Way::Element(element) => (node.elements.get(&element), node.any_element),
            };
            let again = node.is_deep.then_some(index);
            for next in [exact.copied(), any, again].into_iter().flatten() {
                self.push(stack, reach.to, next);
            }
        }
        let says = stack[reach.to..]
            .iter()
            .filter_map(|&node| self.nodes[node as usize].says)
            .reduce(Treatment::or_stricter);
        (Reach { from: reach.to, to: stack.len() }, says)
    }

    /// Adds a node, and the `**` behind it, which may stand for no step at all.
    fn push(&self, stack: &mut Vec<u32>, from: usize, node: u32) {
        if stack[from..].contains(&node) {
            return;
        }
        stack.push(node);
        if let Some(deep) = self.nodes[node as usize].deep {
            self.push(stack, from, deep);
        }
    }
}

/// Names are compared in lower case, and most are in lower case already.
pub(super) fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::super::path::parse;
    use super::*;

    fn says(rules: &[(&str, Treatment)], ways: &[Way<'_>]) -> Option<Treatment> {
        let mut paths = Paths::default();
        for (path, says) in rules {
            paths.insert(&parse(path).expect("a path"), *says);
        }
        let mut stack = Vec::new();
        let mut at = (paths.start(&mut stack), None);
        for way in ways {
            // Another way first, so that what it leaves behind is seen to do no harm.
            paths.step(&mut stack, at.0, Way::Field("elsewhere"));
            at = paths.step(&mut stack, at.0, *way);
        }
        at.1
    }

    #[test]
    fn each_step_leads_where_it_says() {
        use Way::{Element, Field};
        let rules = [
            ("a.b[*].c", Treatment::Remove),
            ("a.b[2].c", Treatment::Drop),
            ("a.*.d", Treatment::Id),
            ("x.**.z", Treatment::Keep),
        ];
        let at = |ways: &[Way<'_>]| says(&rules, ways);
        assert_eq!(at(&[Field("A"), Field("B"), Element(1), Field("c")]), Some(Treatment::Remove));
        assert_eq!(at(&[Field("a"), Field("b"), Element(2), Field("c")]), Some(Treatment::Drop));
        assert_eq!(at(&[Field("a"), Field("b"), Field("c")]), None);
        assert_eq!(at(&[Field("a"), Field("b"), Field("d")]), Some(Treatment::Id));
        assert_eq!(at(&[Field("a"), Element(0), Field("d")]), None);
        assert_eq!(at(&[Field("x"), Field("z")]), Some(Treatment::Keep));
        assert_eq!(at(&[Field("x"), Element(3), Field("y"), Field("z")]), Some(Treatment::Keep));
        assert_eq!(at(&[Field("z")]), None);
    }

    #[test]
    fn many_ways_through_the_same_rule_are_one() {
        let deep = "**.a.".repeat(20) + "z";
        let mut ways = vec![Way::Field("a"); 60];
        ways.push(Way::Field("z"));
        assert_eq!(says(&[(deep.as_str(), Treatment::Drop)], &ways), Some(Treatment::Drop));
        assert_eq!(says(&[], &ways), None);
    }
}
