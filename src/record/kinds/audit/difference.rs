//! Which fields of two values differ: names alone, in a stable order.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::super::told::MAX_ITEMS;

/// Adds the ways to what differs, and one more than can be told, so that it shows there are more.
pub(super) fn differing(before: &Value, after: &Value, ways: &mut Vec<Vec<String>>) {
    let nothing = Map::new();
    // A resource that is new or gone differs in each of its fields.
    let (before, after) = match (before, after) {
        (Value::Null, Value::Object(after)) => (&nothing, after),
        (Value::Object(before), Value::Null) => (before, &nothing),
        (Value::Object(before), Value::Object(after)) => (before, after),
        _ => return,
    };
    compare(before, after, &mut Vec::new(), ways);
}

fn compare(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    way: &mut Vec<String>,
    ways: &mut Vec<Vec<String>>,
) {
    // In order, also where the host has asked `serde_json` to keep that of the value.
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        if ways.len() > MAX_ITEMS {
            return;
        }
        way.push(name.clone());
        match (before.get(name), after.get(name)) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                compare(before, after, way, ways);
            }
            (before, after) if before == after => {}
            // The host may have told of it already, by the name that it is shown under.
            _ if ways.iter().any(|known| known.join(".") == way.join(".")) => {}
            _ => ways.push(way.clone()),
        }
        way.pop();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: &Value, after: &Value) -> Vec<String> {
        let mut ways = Vec::new();
        differing(before, after, &mut ways);
        ways.iter().map(|way| way.join(".")).collect()
    }

    #[test]
    fn objects_are_compared_field_by_field_and_all_else_as_a_whole() {
        let before = json!({"b": {"x": 1, "y": [1, 2]}, "a": 1, "gone": null, "same": {"z": 1}});
        let after = json!({"same": {"z": 1}, "b": {"y": [1, 3], "x": 1}, "a": "1", "new": {}});
        assert_eq!(told(&before, &after), ["a", "b.y", "gone", "new"]);
        assert_eq!(told(&after, &after), [""; 0]);
    }

    #[test]
    fn a_resource_that_is_new_or_gone_differs_in_each_of_its_fields() {
        let there = json!({"name": "Maria", "address": {"street": "Elm Row"}});
        assert_eq!(told(&Value::Null, &there), ["address", "name"]);
        assert_eq!(told(&there, &Value::Null), ["address", "name"]);
        assert_eq!(told(&json!(1), &there), [""; 0]);
    }

    #[test]
    fn no_more_is_looked_for_than_can_be_told() {
        let many: Map<_, _> = (0..1_000).map(|n| (format!("f{n}"), json!(n))).collect();
        assert_eq!(told(&Value::Null, &Value::Object(many)).len(), MAX_ITEMS + 1);
    }
}
