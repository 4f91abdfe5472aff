//! Steps as parents and children, whatever their ids and parents say.

use super::trace::Trace;

/// The steps from the top down.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tree {
    /// The steps in the order in which they are shown.
    pub(super) order: Vec<usize>,
    /// How deep each step lies, by its place in the run.
    pub(super) depth: Vec<usize>,
    /// The step that each lies under.
    pub(super) parent: Vec<Option<usize>>,
}

impl Tree {
    /// That of a run. A step whose parent is not there stands at the top, and of parents in a circle
    /// the first does.
    pub(super) fn of(trace: &Trace<'_>) -> Self {
        let parent = |(at, step): (usize, &super::step::Step<'_>)| {
            trace.places.get(step.get("parent")?).copied().filter(|parent| *parent != at)
        };
        Self::from_parents(trace.steps.iter().enumerate().map(parent).collect())
    }

    fn from_parents(mut parent: Vec<Option<usize>>) -> Self {
        let count = parent.len();
        let mut children = vec![Vec::new(); count];
        for (at, own) in parent.iter().enumerate() {
            if let Some(own) = own {
                children[*own].push(at);
            }
        }
        let mut tree =
            Self { order: Vec::with_capacity(count), depth: vec![0; count], parent: Vec::new() };
        let mut is_shown = vec![false; count];
        let tops: Vec<_> = (0..count).filter(|at| parent[*at].is_none()).collect();
        // What is left after those lies in circles.
        for top in tops.into_iter().chain(0..count) {
            if is_shown[top] {
                continue;
            }
            parent[top] = None;
            let mut waiting = vec![(top, 0)];
            while let Some((at, depth)) = waiting.pop() {
                if std::mem::replace(&mut is_shown[at], true) {
                    continue;
                }
                tree.order.push(at);
                tree.depth[at] = depth;
                waiting.extend(children[at].iter().rev().map(|child| (*child, depth + 1)));
            }
        }
        tree.parent = parent;
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_stand_below_their_parents() {
        let tree = Tree::from_parents(vec![None, Some(0), None, Some(1), Some(0)]);
        assert_eq!(tree.order, [0, 1, 3, 4, 2]);
        assert_eq!(tree.depth, [0, 1, 0, 2, 1]);
    }

    #[test]
    fn a_circle_is_shown_from_its_first_step_and_only_once() {
        let tree = Tree::from_parents(vec![Some(2), Some(0), Some(1), Some(3), None]);
        assert_eq!(tree.order, [4, 0, 1, 2, 3]);
        assert_eq!(tree.parent, [None, Some(0), Some(1), None, None]);
    }

    #[test]
    fn ids_that_are_missing_or_stand_twice_lose_no_step() {
        let json = r#"{"trace": {"steps": [{"id": 1}, {"id": 1, "parent": 1}, {"parent": 9}, 7,
            {"id": 5, "parent": 5}]}}"#;
        let tree = Tree::of(&Trace::of(json));
        assert_eq!(tree.order, [0, 1, 2, 3, 4]);
        assert_eq!(tree.depth, [0, 1, 0, 0, 0]);
    }

    #[test]
    fn depth_costs_no_stack() {
        let tree = Tree::from_parents((0..100_000_usize).map(|at| at.checked_sub(1)).collect());
        assert_eq!(tree.depth[99_999], 99_999);
    }
}
