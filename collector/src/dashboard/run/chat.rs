//! Messages of a conversation, where a value looks like them.

use serde_json::value::RawValue;

use crate::dashboard::json::{Place, Room, Shape, show};
use crate::dashboard::markup::Markup;
use crate::fields::Fields;

/// How many messages are shown at once: of a longer conversation the last ones.
const MOST: usize = 40;
/// What has a look of its own.
const ROLES: [(&str, &str); 4] = [
    ("user", "<li class=\"message user\">"),
    ("assistant", "<li class=\"message assistant\">"),
    ("system", "<li class=\"message system\">"),
    ("tool", "<li class=\"message tool\">"),
];

/// Shows a value as a conversation; `false` where it is none.
pub(super) fn show_chat(out: &mut Markup, json: &str, place: &Place, room: Room) -> bool {
    let Some((messages, place)) = messages(json, place) else { return false };
    let end = out.len() + room.0;
    out.tag("<ol class=\"chat\">");
    let first = messages.len().saturating_sub(MOST);
    if first > 0 {
        out.tag("<li><a class=\"more\" data-part href=\"");
        out.attribute(&place.href(0));
        out.tag("\">");
        out.attribute(&format!("{first} messages before"));
        out.tag("</a></li>");
    }
    for (at, message) in messages.iter().enumerate().skip(first) {
        let room = Room(end.saturating_sub(out.len()).min(room.0 / 4));
        show_message(out, message, &place.then(at.to_string()), room);
    }
    out.tag("</ol>");
    true
}

/// The messages of a list, of one under `messages`, or one by itself.
fn messages<'a>(json: &'a str, place: &Place) -> Option<(Vec<Fields<'a>>, Place)> {
    match Shape::of(json) {
        Shape::Array(values) => {
            let messages = values.iter().map(|value| message(value)).collect::<Option<Vec<_>>>()?;
            (!messages.is_empty()).then(|| (messages, place.clone()))
        }
        Shape::Object(fields) => {
            let inside = fields.get("messages")?.get();
            let is_list = inside.starts_with('[') && fields.iter().count() == 1;
            if is_list { messages(inside, &place.then("messages")) } else { None }
        }
        _ => None,
    }
}

fn message(value: &RawValue) -> Option<Fields<'_>> {
    let fields: Fields<'_> = serde_json::from_str(value.get()).ok()?;
    let is_one = fields.get("role").is_some_and(|role| role.get().starts_with('"'));
    is_one.then_some(fields)
}

fn show_message(out: &mut Markup, message: &Fields<'_>, place: &Place, room: Room) {
    let role: String = message.read("role").ok().flatten().unwrap_or_default();
    let known = ROLES.into_iter().find(|(own, _)| *own == role);
    out.tag(known.map_or("<li class=\"message\">", |(_, tag)| tag));
    out.tag("<span class=\"role\">");
    out.text(&role);
    out.tag("</span>");
    for (name, value) in message.iter() {
        let is_nothing = matches!(value.get(), "null" | "\"\"" | "[]");
        if name == "role" || is_nothing {
            continue;
        }
        if name != "content" {
            out.tag("<span class=\"key\">");
            out.text(name);
            out.tag("</span> ");
        }
        show(out, value.get(), &place.then(name), 0, room);
    }
    out.tag("</li>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::json::Pointer;

    fn shown(json: &str) -> Option<String> {
        let mut out = Markup::default();
        let place = Place { href: "/p".to_owned(), at: Pointer::default() };
        show_chat(&mut out, json, &place, Room(9_999)).then(|| out.to_string())
    }

    #[test]
    fn what_looks_like_a_conversation_is_shown_as_one() {
        let one = r#"[{"role": "user", "content": "<hi>"}, {"role": "x", "tool_calls": [1]}]"#;
        for json in [one.to_owned(), format!("{{\"messages\": {one}}}")] {
            let html = shown(&json).unwrap();
            assert!(html.contains("<li class=\"message user\">"), "{html}");
            assert!(html.contains("&lt;hi&gt;") && html.contains("tool_calls"), "{html}");
        }
    }

    #[test]
    fn what_does_not_is_none() {
        for json in ["[]", "5", "\"x\"", r#"[{"role": 5}]"#, r#"[{"role": "user"}, 5]"#, "{}"] {
            assert_eq!(shown(json), None, "{json}");
        }
    }

    #[test]
    fn of_a_long_conversation_the_end_is_shown() {
        let long = format!("[{}]", vec![r#"{"role":"user","content":"x"}"#; 500].join(","));
        let html = shown(&long).unwrap();
        assert!(html.contains("460 messages before") && html.len() < 20_000);
    }
}
