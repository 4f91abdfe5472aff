//! Records of all kinds on one axis of time.

use super::opened;
use super::show;
use super::visible::visible;
use crate::store::{Kind, Listed, Outcome};
use crate::time;

/// A record on the axis.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) href: String,
    pub(super) icon: &'static str,
    pub(super) kind: &'static str,
    pub(super) what: String,
    pub(super) status: String,
    pub(super) outcome: Outcome,
    pub(super) client: String,
    pub(super) rfc3339: String,
    pub(super) when: String,
    /// How long after the moment that the axis counts from.
    pub(super) offset: String,
    pub(super) took: String,
    /// Where it stands and how wide it is, in thousandths.
    pub(super) x: String,
    pub(super) width: String,
    pub(super) is_shown: bool,
}

/// The records on their axis; times are counted from `origin`, or from the first of them.
pub(super) fn events(lines: &[Listed], origin: Option<i64>, shown: Option<i64>) -> Vec<Event> {
    let start = lines.iter().map(|line| line.row.executed_at).min().unwrap_or_default();
    let end = lines.iter().map(end).max().unwrap_or(start);
    let length = (end.saturating_sub(start)).max(1);
    let event = |line: &Listed| {
        let (x, width) = bar(line, start, length);
        Event {
            href: opened::path(line),
            icon: icon(line.row.kind),
            kind: word(line.row.kind),
            what: what(line),
            status: visible(line.row.status.as_deref().unwrap_or_default()).into_owned(),
            outcome: line.row.outcome,
            client: visible(line.client.as_str()).into_owned(),
            rfc3339: time::rfc3339(line.row.executed_at),
            when: show::moment(line.row.executed_at),
            offset: show::offset(millis(
                line.row.executed_at.saturating_sub(origin.unwrap_or(start)),
            )),
            took: line.row.execution_time_seconds.map(show::duration).unwrap_or_default(),
            x: format!("{x:.1}"),
            width: format!("{width:.1}"),
            is_shown: shown == Some(line.seq),
        }
    };
    lines.iter().map(event).collect()
}

fn end(line: &Listed) -> i64 {
    let took = line.row.execution_time_seconds.filter(|it| it.is_finite() && *it > 0.0);
    #[expect(clippy::cast_possible_truncation, reason = "it is bounded")]
    let took = (took.unwrap_or(0.0) * 1e3).min(1e12) as i64;
    line.row.executed_at.saturating_add(took)
}

fn bar(line: &Listed, start: i64, length: i64) -> (f64, f64) {
    let share = |time: i64| millis(time) / millis(length) * 1e3;
    let x = share(line.row.executed_at.saturating_sub(start)).clamp(0.0, 994.0);
    let width = share(end(line).saturating_sub(line.row.executed_at));
    (x, width.clamp(6.0, 1e3 - x))
}

#[expect(clippy::cast_precision_loss, reason = "times are drawn, not kept")]
fn millis(time: i64) -> f64 {
    time as f64
}

/// What a record is about, in one line.
pub(super) fn what(line: &Listed) -> String {
    let row = &line.row;
    let parts = match row.kind {
        Kind::Workflow => [&row.workflow_name, &row.workflow_version, &row.status_reason],
        Kind::Action => [&row.action_type, &row.provider_name, &None],
        Kind::Audit => [&row.action_type, &row.resource_type, &row.resource_id],
        Kind::Activity => [&row.event_type, &row.entity_type, &row.entity_id],
        Kind::TaskSync | Kind::WebhookEvent => [&row.provider_name, &row.entity_id, &None],
        Kind::NlpParsing => [&row.entity_type, &row.entity_id, &None],
    };
    let parts: Vec<_> = parts.into_iter().flatten().map(|part| visible(part)).collect();
    if parts.is_empty() { word(row.kind).to_owned() } else { parts.join(" · ") }
}

/// The word for a kind.
pub(super) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Workflow => "run",
        Kind::Action => "action",
        Kind::Audit => "audit",
        Kind::Activity => "activity",
        Kind::TaskSync => "sync",
        Kind::WebhookEvent => "webhook",
        Kind::NlpParsing => "parsing",
    }
}

fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Workflow => "▶",
        Kind::Action => "⚒",
        Kind::Audit => "✎",
        Kind::Activity => "●",
        Kind::TaskSync => "⇄",
        Kind::WebhookEvent => "↯",
        Kind::NlpParsing => "¶",
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::auth::ClientId;
    use crate::store::Row;

    fn line(at: i64, seconds: Option<f64>) -> Listed {
        let row = Row::new(Uuid::nil(), Kind::Action, at, Outcome::Ok);
        let row = Row { execution_time_seconds: seconds, ..row };
        Listed { seq: at, client: ClientId::new("a").unwrap(), row }
    }

    #[test]
    fn records_stand_where_they_happened() {
        let lines = [line(1_000, Some(1.0)), line(4_000, None), line(5_000, Some(6.0))];
        let events = events(&lines, Some(4_000), Some(4_000));
        let told: Vec<_> = events.iter().map(|it| (&*it.x, &*it.width, &*it.offset)).collect();
        assert_eq!(
            told,
            [("0.0", "100.0", "−3.00 s"), ("300.0", "6.0", "+0"), ("400.0", "600.0", "+1.00 s")]
        );
        assert!(events[1].is_shown && !events[0].is_shown);
    }

    #[test]
    fn absurd_times_stay_on_the_axis() {
        for (at, seconds) in [(i64::MAX, Some(1e300)), (i64::MIN, Some(f64::NAN)), (0, Some(-1.0))]
        {
            for event in events(&[line(0, None), line(at, seconds)], None, None) {
                let (x, width): (f64, f64) =
                    (event.x.parse().unwrap(), event.width.parse().unwrap());
                assert!(x >= 0.0 && x + width <= 1_000.1, "{x} {width}");
            }
        }
    }
}
