//! `audit`: a change to the system, and who made it.

mod difference;
mod plain;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::super::told::{Fields, Told};
use super::super::value::Value;
use super::super::{Ending, Record};
use super::closed::closed_set;
use super::{Event, Kind, KindError};

use self::difference::differing;
use self::plain::Plain;

closed_set! {
    /// Whether the change was made.
    ///
    /// # Default
    /// [`AuditStatus::Success`].
    AuditStatus of "audit.status" {
        /// It was made.
        Success = "success",
        /// It was tried, and not made.
        Failure = "failure",
    }
}

/// What a change has of its own.
#[derive(Default)]
pub struct Audit {
    user_id: Option<String>,
    action: Cow<'static, str>,
    resource_type: Cow<'static, str>,
    resource_id: Option<String>,
    changed: Changed,
    ip_address: Option<String>,
    user_agent: Option<String>,
    status: Option<AuditStatus>,
    changes: Option<(Side, Side)>,
    metadata: Option<Value>,
}

/// The resource before or after the change.
struct Side {
    plain: Box<dyn Plain>,
    /// Dropped behind `plain`, so that a `Drop` of the host's that panics ends there.
    value: Value,
}

/// The fields that changed, each by the names that lead to it.
#[derive(Debug, Default)]
struct Changed {
    ways: Vec<Vec<String>>,
    /// There may be others, which nobody has looked for or could find.
    may_be_more: bool,
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Side {
    fn new(value: impl Serialize + Send + 'static) -> Self {
        let (plain, value) = plain::shared(value);
        Self { plain, value }
    }
}

impl Record {
    /// A change: what was done (`update`, `delete`, `login`, …) to which type of resource.
    ///
    /// ```
    /// use epilogue::{Level, Record, mask::Policy};
    /// use serde_json::json;
    ///
    /// let record = Record::audit("update", "customer")
    ///     .resource_id("C-17")
    ///     .user_id("u-204")
    ///     .changes(
    ///         json!({"email": "maria@example.com", "plan": {"name": "basic", "seats": 5}}),
    ///         json!({"email": "maria@example.com", "plan": {"name": "pro", "seats": 5}}),
    ///     )
    ///     .build()?;
    /// let json = record.seal(&Policy::default(), Level::MetricsOnly).render();
    /// assert!(json.contains(r#""changed_fields":["plan.name"]"#) && !json.contains("basic"));
    /// # Ok::<(), epilogue::record::KindError>(())
    /// ```
    pub fn audit(
        action: impl Into<Cow<'static, str>>,
        resource_type: impl Into<Cow<'static, str>>,
    ) -> Event<Audit> {
        let (action, resource_type) = (action.into(), resource_type.into());
        Event::of("audit", Audit { action, resource_type, ..Audit::default() })
    }
}

impl Event<Audit> {
    /// Whether the change was made.
    ///
    /// # Default
    /// See [`AuditStatus`].
    pub fn status(mut self, status: AuditStatus) -> Self {
        self.kind.status = Some(status);
        self
    }

    /// The change was tried, and not made.
    pub fn failed(self, reason: impl Into<String>) -> Self {
        self.status(AuditStatus::Failure).status_reason(reason)
    }

    /// Who made it.
    pub fn user_id(mut self, id: impl Into<String>) -> Self {
        self.kind.user_id = Some(id.into());
        self
    }

    /// What was changed.
    pub fn resource_id(mut self, id: impl Into<String>) -> Self {
        self.kind.resource_id = Some(id.into());
        self
    }

    /// The resource before and after the change: any two values, moved; in the trace alone. A
    /// resource that is new has `()` before it, one that is gone has it after.
    ///
    /// Which fields differ is worked out when the record is sealed, on the shipper's thread, and
    /// sent as `changed_fields` at every level: the names that lead to each, joined by `.`, in
    /// alphabetical order, at most 64. Objects are compared field by field, everything else as a
    /// whole. Of values beyond 8 MiB or 120 levels the list is left out and told in `truncation`;
    /// so is that it may lack a field, where one is [`marked`](crate::mask::marked) or stands in
    /// [`Fields`](crate::record::Fields): those show themselves to the masking alone.
    pub fn changes(
        mut self,
        before: impl Serialize + Send + 'static,
        after: impl Serialize + Send + 'static,
    ) -> Self {
        self.kind.changes = Some((Side::new(before), Side::new(after)));
        self.kind.changed.may_be_more = true;
        self
    }

    /// A field that changed, beside those that [`changes`](Self::changes) tell.
    pub fn changed_field(mut self, name: impl Into<String>) -> Self {
        self.kind.changed.ways.push(vec![name.into()]);
        self
    }

    /// Where the request came from.
    pub fn ip_address(mut self, address: impl Into<String>) -> Self {
        self.kind.ip_address = Some(address.into());
        self
    }

    /// With what it came: one line, masked, at most 1,024 bytes.
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.kind.user_agent = Some(agent.into());
        self
    }

    /// Anything else about it; in the trace alone.
    pub fn metadata(mut self, metadata: impl Serialize + Send + 'static) -> Self {
        self.kind.metadata = Some(Value::new(metadata));
        self
    }
}

impl Changed {
    fn told(&self) -> Option<Told<'_>> {
        let rest = self.may_be_more.then_some(Told::LeftOut(None));
        if self.ways.is_empty() {
            return rest;
        }
        Some(Told::List(self.ways.iter().map(|way| Told::Way(way)).chain(rest).collect()))
    }
}

impl Kind for Audit {
    fn ending(&self) -> Ending {
        let status = self.status.unwrap_or(AuditStatus::Success);
        Ending::new(status.as_str(), status == AuditStatus::Success)
    }

    fn fields(&self, _: Option<Duration>) -> Fields<'_> {
        Fields::default()
            .user("user_id", self.user_id.as_deref())
            .constant("action", Some(&self.action))
            .constant("resource_type", Some(&self.resource_type))
            .identifier("resource_id", self.resource_id.as_deref())
            .add("changed_fields", self.changed.told())
            .identifier("ip_address", self.ip_address.as_deref())
            .line("user_agent", self.user_agent.as_deref())
    }

    fn traced(&self) -> Fields<'_> {
        let (before, after) = self.changes.as_ref().map(|(a, b)| (&a.value, &b.value)).unzip();
        let changes = Fields::default().any("before", before).any("after", after);
        Fields::default().object("changes", changes).any("metadata", self.metadata.as_ref())
    }

    fn prepare(&mut self) {
        let Some((before, after)) = &self.changes else {
            return;
        };
        if let (Some(before), Some(after)) = (before.plain.read(), after.plain.read()) {
            differing(&before.value, &after.value, &mut self.changed.ways);
            self.changed.may_be_more = !(before.is_whole && after.is_whole);
        }
    }

    fn check(&self) -> Result<(), KindError> {
        KindError::unless_given("audit.action", &self.action)?;
        KindError::unless_given("audit.resource_type", &self.resource_type)
    }
}
