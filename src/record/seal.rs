//! The log builder: a finished record becomes a payload. A pure function: no network, no clock,
//! no global.

use crate::level::Level;
use crate::mask::{
    self, Cut, Identities, Known, Policy, Root, Seen, Unserializable, Written, caught,
};
use crate::wire;

use super::cuts::Cuts;
use super::head;
use super::kinds::Kind;
use super::payload::{Degraded, Payload, TracePart};
use super::told::{self, FirstWalk, People, Place};
use super::trace::FinalResponse;
use super::{Outcome, Record};

/// How much is done with the values of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// They are walked for the names they tell, then written.
    Full,
    /// They are walked for the names alone: there is no room for a trace.
    NamesOnly,
    /// There is no time even for that: the trace is left out, and with it the texts that the
    /// names would have protected.
    Skip(Degraded),
    /// It cannot be done.
    Failed,
}

impl Record {
    /// Seals the record: what would be sent of it, masked. No network, no clock, no global.
    ///
    /// The shipper does the same on its own thread; [`Client::preview`](crate::Client::preview)
    /// shows it with that client's settings. A trace that cannot be serialized is left out, and
    /// [`Payload::degraded`] tells so.
    ///
    /// ```
    /// use epilogue::{Level, Record, mask::Policy};
    ///
    /// let payload = Record::workflow("12345").seal(&Policy::default(), Level::MetricsOnly);
    /// assert!(payload.render().contains(r#""ticket_id":"12345""#));
    /// ```
    pub fn seal(self, policy: &Policy, level: Level) -> Payload {
        Sealing::new(self, policy).seal(level, Walk::Full)
    }

    /// How the run ended, for a rule on it.
    pub fn outcome(&self) -> Outcome<'_> {
        Outcome::of(self)
    }
}

/// What the first walk saw of the trace.
struct TraceSeen {
    /// Of each value of a kind's own, in order.
    own: Vec<Seen>,
    rest: Seen,
}

/// A record with what it is sealed by.
pub(crate) struct Sealing<'a> {
    record: Record,
    policy: &'a Policy,
    max_bytes: usize,
}

impl<'a> Sealing<'a> {
    pub(crate) fn new(record: Record, policy: &'a Policy) -> Self {
        Self { record, policy, max_bytes: wire::MAX_RECORD_BYTES }
    }

    pub(crate) fn max_bytes(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }

    pub(crate) fn seal(mut self, level: Level, walk: Walk) -> Payload {
        if level == Level::Off {
            return Payload::nothing(self.record.id);
        }
        let currency =
            self.record.metrics.count(&self.record.trace, self.record.currency.as_deref());
        self.record.currency = self.record.currency.or(currency);

        if matches!(walk, Walk::Full | Walk::NamesOnly) {
            self.prepare();
        }
        let mut known = Known::default();
        for name in &self.record.identities {
            known.name(name);
            known.value(mask::Entity::Name, name);
        }
        // These are texts; only the host's own values can fail.
        let _ = head::collect(&self.record, self.policy, &mut known);
        let is_full = level == Level::FullTrace && walk == Walk::Full;
        let seen = match walk {
            _ if is_full => self.collect(&mut known, FirstWalk::WithDraft),
            Walk::Full | Walk::NamesOnly => self.collect(&mut known, FirstWalk::NamesOnly),
            Walk::Skip(_) | Walk::Failed => None,
        };
        let names_are_known = seen.is_some();
        let identities = known.into_identities();
        let trace = seen.filter(|_| is_full).and_then(|seen| self.write(&identities, seen));
        let degraded = match (level, &trace, walk) {
            (Level::FullTrace, None, Walk::NamesOnly) => Some(Degraded::Pressure),
            (Level::FullTrace, None, Walk::Skip(why)) => Some(why),
            (Level::FullTrace, None, _) => Some(Degraded::Unserializable),
            _ => None,
        };
        let head = head::write(&self.record, self.policy, &identities, names_are_known);
        let mut payload = Payload::new(&self.record, self.policy, head, trace, degraded);
        payload.fit(self.max_bytes);
        payload
    }

    /// What it runs of the host's may panic, and then is as good as absent.
    fn prepare(&mut self) {
        if let Some(own) = &mut self.record.own {
            let _ = caught(|| own.prepare());
        }
    }

    /// A panic of the host's `Serialize` ends here.
    fn collect(&self, known: &mut Known, first_walk: FirstWalk) -> Option<TraceSeen> {
        let Record { own, trace, .. } = &self.record;
        let collect = || -> Result<_, Unserializable> {
            let own = match own {
                Some(own) => {
                    let (fields, mut place) = (own.traced(), Place::field("trace"));
                    told::learn(self.policy, &fields, &mut place, first_walk, known)?
                }
                None => Vec::new(),
            };
            let rest = first_walk.walk(self.policy, trace, Root::TRACE, known)?;
            Ok(TraceSeen { own, rest })
        };
        caught(collect)?.ok()
    }

    fn write(&self, identities: &Identities, seen: TraceSeen) -> Option<TracePart> {
        let trace = &self.record.trace;
        let TraceSeen { own, rest } = seen;
        let own = match &self.record.own {
            Some(kind) => Some(caught(|| self.write_own(&**kind, identities, own))?.ok()?),
            None => None,
        };
        let written = caught(|| mask::write(self.policy, identities, trace, rest, Root::TRACE));
        let Written { json, report, mut cuts } = joined(own, written?.ok()?);
        if trace.final_response.as_ref().is_some_and(FinalResponse::drops_confidence) {
            let path = "trace.final_response.confidence".to_owned();
            cuts.push(Cut { path, original_bytes: None });
        }
        Some(TracePart {
            json: json.into_boxed_slice(),
            report,
            cuts: Cuts {
                dropped_steps: trace.dropped_steps() as u64,
                dropped_metrics: 0,
                fields: cuts,
            },
        })
    }

    fn write_own(
        &self,
        own: &dyn Kind,
        identities: &Identities,
        seen: Vec<Seen>,
    ) -> Result<Written, Unserializable> {
        let nobody = Identities::default();
        let people = People { known: identities, nobody: &nobody, are_all_known: true };
        let writer = told::Writer::new(self.policy, people, seen);
        writer.write(&own.traced(), Place::field("trace"))
    }
}

/// One object of the fields of both.
fn joined(own: Option<Written>, rest: Written) -> Written {
    let Some(mut own) = own else {
        return rest;
    };
    if own.json == b"{}" && rest.json.starts_with(b"{") {
        own.json = rest.json;
    } else if rest.json.starts_with(b"{\"") {
        own.json.pop();
        own.json.push(b',');
        own.json.extend_from_slice(&rest.json[1..]);
    }
    own.report = own.report.merged(&rest.report);
    own.cuts.extend(rest.cuts);
    own
}

#[cfg(test)]
mod tests {
    use serde::{Serialize, Serializer, ser::Error as _};
    use serde_json::json;

    use super::super::{Status, Step};
    use super::*;

    fn sealed(record: Record, level: Level) -> wire::Envelope {
        let json = record.seal(&Policy::default(), level).render();
        serde_json::from_str(&json).expect("a valid envelope")
    }

    #[test]
    fn one_run_is_one_record_in_the_order_of_the_wire() {
        let record = Record::workflow("12345")
            .status(Status::Partial)
            .category("BILLING")
            .tag("vip")
            .metric("overall_confidence", 0.5)
            .step(Step::node("a"));
        let json = record.seal(&Policy::default(), Level::FullTrace).render();
        let fields = [
            "schema_version",
            "record_id",
            "kind",
            "client_id",
            "ticket_id",
            "executed_at",
            "status",
            "category",
            "tags",
            "metrics",
            "level",
            "masking",
            "sdk",
            "trace",
        ];
        let places: Vec<_> =
            fields.iter().map(|field| json.find(&format!("\"{field}\":")).expect(field)).collect();
        assert!(places.is_sorted(), "{json}");
        assert!(!json.contains("null"), "{json}");
    }

    #[test]
    fn names_of_the_state_are_masked_in_the_texts_outside_the_trace_at_every_level() {
        let record = || {
            Record::workflow("1")
                .status_reason("Maria was angry")
                .tag("maria")
                .state(json!({"first_name": "Maria"}))
        };
        for level in [Level::MetricsOnly, Level::FullTrace] {
            let envelope = sealed(record(), level);
            assert_eq!(envelope.status_reason.as_deref(), Some("[NAME] was angry"));
            assert_eq!(envelope.tags, ["[NAME]"]);
            assert_eq!(envelope.trace.is_some(), level == Level::FullTrace);
            assert_eq!(envelope.degraded, None);
        }
    }

    #[test]
    fn the_hosts_own_names_are_masked_and_so_are_personal_identifiers() {
        let record = Record::workflow("maria@example.com")
            .identity("Project Nightingale")
            .input("about project nightingale");
        let envelope = sealed(record, Level::FullTrace);
        assert!(envelope.ticket_id.expect("kept").starts_with("[EMAIL:"));
        assert_eq!(envelope.trace.expect("full")["input"], "about [NAME]");
    }

    struct Failing;
    impl Serialize for Failing {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("4111 1111 1111 1111"))
        }
    }

    struct Panicking;
    impl Serialize for Panicking {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("on purpose")
        }
    }
    impl Drop for Panicking {
        fn drop(&mut self) {
            panic!("on purpose")
        }
    }

    struct TwoStories(std::sync::atomic::AtomicU32);
    impl Serialize for TwoStories {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let story = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            serializer.serialize_u32(story)
        }
    }

    #[test]
    fn a_value_that_cannot_be_serialized_costs_the_trace_and_nothing_more() {
        for record in [
            Record::workflow("1").state(Failing),
            Record::workflow("1").state(Panicking).input(Panicking),
            // Somebody is known, so it is walked twice.
            Record::workflow("1").identity("Maria").state(TwoStories(0.into())),
        ] {
            let record = record.metric("m", 1).status_reason("a text nobody could check");
            let envelope = sealed(record, Level::FullTrace);
            assert_eq!(envelope.level, Level::MetricsOnly);
            assert_eq!(envelope.degraded.as_deref(), Some("unserializable"));
            assert!(envelope.metrics.contains_key("m"));
            assert_eq!(envelope.trace, None);
        }
    }

    #[test]
    fn a_person_called_state_leaves_the_fields_their_names() {
        let record = Record::workflow("1").state(json!({"last_name": "State", "a": "mr state"}));
        let trace = sealed(record, Level::FullTrace).trace.expect("full");
        assert_eq!(trace["state"]["a"], "mr [NAME]");
    }

    #[test]
    fn what_is_no_number_is_left_out_and_counted() {
        let record = Record::workflow("1")
            .metric("a", f64::NAN)
            .metric("b", f64::INFINITY)
            .metric("c", 1)
            .state(f64::NAN);
        let envelope = sealed(record, Level::FullTrace);
        assert_eq!(envelope.metrics.len(), 1);
        let truncation = envelope.truncation.expect("something was cut");
        assert_eq!(truncation.dropped_metrics, 2);
        assert_eq!(truncation.fields[0].path, "trace.state");
    }

    #[test]
    fn what_is_too_deep_is_cut_and_listed() {
        let mut deep = json!("bottom");
        for _ in 0..300 {
            deep = json!([deep]);
        }
        let envelope = sealed(Record::workflow("1").state(deep), Level::FullTrace);
        let truncation = envelope.truncation.expect("something was cut");
        assert!(truncation.fields[0].path.starts_with("trace.state[0][0]"));
        assert!(envelope.trace.is_some());
    }

    #[test]
    fn a_huge_text_is_shortened_to_the_limit_and_listed() {
        let record = Record::workflow("1").state(json!({"page": "x".repeat(50 << 20)}));
        let json = record.seal(&Policy::default(), Level::FullTrace).render();
        assert!(json.len() <= wire::MAX_RECORD_BYTES, "{}", json.len());
        assert!(json.len() > wire::MAX_RECORD_BYTES / 2, "{}", json.len());
        let envelope: wire::Envelope = serde_json::from_str(&json).expect("valid");
        let field = &envelope.truncation.expect("something was cut").fields[0];
        assert_eq!(field.path, "trace.state.page");
        assert_eq!(field.original_bytes, Some(50 << 20));
    }

    #[test]
    fn a_record_that_no_shortening_fits_keeps_its_numbers() {
        let many: Vec<u32> = (0..1_000_000).collect();
        let envelope = sealed(Record::workflow("1").metric("m", 1).state(many), Level::FullTrace);
        assert_eq!(envelope.degraded.as_deref(), Some("too_large"));
        assert!(envelope.metrics.contains_key("m"));
    }
}
