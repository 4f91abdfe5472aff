//! Tickets and what happens to them, as records of all seven kinds.

use epilogue_collector::rfc3339;
use epilogue_collector::store::{
    Attempt, AttemptStatus, Detail, Entry, Kind, Outcome, Parsing, Row, Webhook,
};
use serde_json::{Map, Value, json};
use uuid::Builder;

use crate::chance::Chance;

use Outcome::{Failed, Ok as Done, Open};

type Status = (&'static str, Outcome);

const WORKFLOW: [(usize, Status); 7] = [
    (82, ("SUCCESS", Done)),
    (6, ("FAILED", Failed)),
    (3, ("PARTIAL", Open)),
    (4, ("ESCALATED", Open)),
    (2, ("TIMEOUT", Failed)),
    (2, ("CANCELLED", Open)),
    (1, ("CRASHED", Failed)),
];
const ACTION: [(usize, Status); 4] = [
    (93, ("success", Done)),
    (4, ("failure", Failed)),
    (2, ("timeout", Failed)),
    (1, ("retry", Open)),
];
const AUDIT: [(usize, Status); 2] = [(98, ("success", Done)), (2, ("failure", Failed))];
const SYNC: [(usize, Status); 3] =
    [(92, ("Success", Done)), (5, ("Failed", Failed)), (3, ("Partial", Open))];
const WEBHOOK: [(usize, Status); 3] =
    [(90, ("Completed", Done)), (7, ("Processing", Open)), (3, ("Failed", Failed))];

const CATEGORIES: [&str; 6] =
    ["PRODUCT_SUPPORT", "BILLING", "RETURNS", "SHIPPING", "ACCOUNT", "OTHER"];
const VERSIONS: [&str; 3] = ["1.4.0", "1.4.1", "1.5.0"];
const WORKFLOWS: [&str; 3] = ["support_ticket", "invoice_check", "order_status"];
const ACTIONS: [(&str, &str); 6] = [
    ("helpdesk_create_ticket", "zendesk"),
    ("crm_create", "hubspot"),
    ("email_send", "ses"),
    ("crm_update", "hubspot"),
    ("payment_refund", "stripe"),
    ("email_send", "mailgun"),
];
const EVENTS: [(&str, &str); 9] = [
    ("fetched", "system"),
    ("classified", "system"),
    ("workflow_executed", "workflow"),
    ("rule_matched", "rule"),
    ("status_changed", "user"),
    ("read", "user"),
    ("linked", "integration"),
    ("ticket_created", "integration"),
    ("error", "system"),
];
const HANDLERS: [&str; 4] = ["on_message", "on_callback", "on_photo", "on_voice"];
const PARSERS: [&str; 3] = ["2.1.0", "2.2.0", "2.3.1"];
const RESOURCES: [&str; 3] = ["rule", "user", "integration"];
const WORDS: [&str; 16] = [
    "refund", "order", "the", "customer", "asked", "for", "tool", "answered", "with", "booking",
    "policy", "was", "checked", "and", "status", "changed",
];

/// The name of a client.
pub(crate) fn client(number: usize) -> String {
    format!("client-{number:02}")
}

/// Whoever tells the stories.
#[derive(Debug)]
pub(crate) struct Teller {
    chance: Chance,
    clients: usize,
    /// About how many bytes a record has.
    bytes: usize,
    tickets: usize,
}

/// What the records of one ticket have in common.
struct Ticket {
    client: usize,
    number: usize,
    environment: &'static str,
    category: &'static str,
    version: &'static str,
    currency: &'static str,
    /// When the next thing happens.
    now: i64,
    until: i64,
}

impl Teller {
    pub(crate) fn new(seed: u64, clients: usize, bytes: usize) -> Self {
        Self { chance: Chance::new(seed), clients, bytes, tickets: 0 }
    }

    /// All records of one more ticket, and whose they are.
    pub(crate) fn ticket(&mut self, opened: i64, until: i64) -> Vec<(usize, Entry)> {
        self.tickets += 1;
        let chance = &mut self.chance;
        let clients: Vec<_> = (0..self.clients).collect();
        let client = chance.often_first(&clients);
        let mut ticket = Ticket {
            client,
            number: self.tickets,
            environment: chance.by_share(&[(95, "production"), (5, "staging")]),
            category: chance.often_first(&CATEGORIES),
            version: VERSIONS[(self.tickets / 20_000 + chance.below(2)) % VERSIONS.len()],
            currency: if client % 3 == 0 { "EUR" } else { "USD" },
            now: opened,
            until,
        };
        let mut entries = vec![self.webhook(&mut ticket)];
        for event in 0..2 {
            entries.push(self.activity(&mut ticket, event));
        }
        if self.chance.below(3) == 0 {
            entries.push(self.parsing(&mut ticket));
        }
        for attempt in 1..=self.chance.by_share(&[(80, 1), (15, 2), (5, 3)]) {
            entries.push(self.workflow(&mut ticket, attempt));
            for _ in 0..self.chance.below(3) {
                entries.push(self.action(&mut ticket));
            }
        }
        let event = 2 + self.chance.below(EVENTS.len() - 2);
        entries.push(self.activity(&mut ticket, event));
        if self.chance.below(2) == 0 {
            entries.push(self.sync(&mut ticket));
        }
        if self.chance.below(4) == 0 {
            entries.push(self.audit(&mut ticket));
        }
        entries.into_iter().map(|entry| (client, entry)).collect()
    }

    fn workflow(&mut self, ticket: &mut Ticket, attempt: i64) -> Entry {
        let chance = &mut self.chance;
        let (status, outcome) = chance.by_share(&WORKFLOW);
        let tokens = 400 + i64::try_from(chance.below(4_000)).unwrap_or_default();
        let mut row = Row {
            status: Some(status.to_owned()),
            workflow_name: Some(chance.often_first(&WORKFLOWS).to_owned()),
            workflow_version: Some(ticket.version.to_owned()),
            category: Some(ticket.category.to_owned()),
            attempt: Some(attempt),
            execution_time_seconds: Some(chance.duration(4.0)),
            confidence: Some((chance.part().sqrt() * 1_000.0).round() / 1_000.0),
            input_tokens: Some(tokens),
            output_tokens: Some(tokens / 8),
            cost: Some(tokens as f64 * 3e-6),
            currency: Some(ticket.currency.to_owned()),
            error_count: Some(i64::from(outcome == Failed)),
            ..self.row(ticket, Kind::Workflow, outcome)
        };
        if outcome == Failed {
            row.status_reason = Some("the tool gave no answer in time".to_owned());
        }
        let metrics = json!({
            "overall_confidence": row.confidence, "input_tokens": row.input_tokens,
            "output_tokens": row.output_tokens, "cost": row.cost, "error_count": row.error_count,
            "step_count": 4,
        });
        row.metrics = Some(metrics.to_string());
        self.entry(ticket, row, None)
    }

    fn action(&mut self, ticket: &mut Ticket) -> Entry {
        let chance = &mut self.chance;
        let (status, outcome) = chance.by_share(&ACTION);
        let (action, provider) = chance.often_first(&ACTIONS);
        let seconds = chance.duration(0.3);
        let row = Row {
            status: Some(status.to_owned()),
            action_type: Some(action.to_owned()),
            provider_name: Some(provider.to_owned()),
            execution_time_seconds: Some(seconds),
            ..self.row(ticket, Kind::Action, outcome)
        };
        let own = json!({"action_type": action, "provider_name": provider,
            "execution_time_ms": seconds * 1_000.0});
        self.entry(ticket, row, Some(own))
    }

    fn audit(&mut self, ticket: &mut Ticket) -> Entry {
        let chance = &mut self.chance;
        let (status, outcome) = chance.by_share(&AUDIT);
        let action = chance.often_first(&["update", "create", "delete"]);
        let resource = chance.often_first(&RESOURCES);
        let (user, id) = (format!("u-{}", chance.below(50)), format!("r-{}", chance.below(2_000)));
        let row = Row {
            status: Some(status.to_owned()),
            action_type: Some(action.to_owned()),
            resource_type: Some(resource.to_owned()),
            resource_id: Some(id.clone()),
            user_id: Some(user.clone()),
            ..self.row(ticket, Kind::Audit, outcome)
        };
        let own = json!({"user_id": user, "action": action, "resource_type": resource,
            "resource_id": id, "changed_fields": ["name"], "ip_address": "10.0.0.0"});
        self.entry(ticket, row, Some(own))
    }

    fn activity(&mut self, ticket: &mut Ticket, event: usize) -> Entry {
        let (event, category) = EVENTS[event];
        let id = format!("m-{}", ticket.number);
        let outcome = if event == "error" { Failed } else { Done };
        let row = Row {
            entity_type: Some("email".to_owned()),
            entity_id: Some(id.clone()),
            event_type: Some(event.to_owned()),
            event_category: Some(category.to_owned()),
            ..self.row(ticket, Kind::Activity, outcome)
        };
        let own = json!({"entity_type": "email", "entity_id": id, "event_type": event,
            "event_category": category, "created_by": "system"});
        self.entry(ticket, row, Some(own))
    }

    fn sync(&mut self, ticket: &mut Ticket) -> Entry {
        let chance = &mut self.chance;
        let (status, outcome) = chance.by_share(&SYNC);
        let system = chance.often_first(&["jira", "erpnext", "zendesk"]);
        let id = format!("X-{}", ticket.number);
        let row = Row {
            status: Some(status.to_owned()),
            provider_name: Some(system.to_owned()),
            entity_type: Some("external_ticket".to_owned()),
            entity_id: Some(id.clone()),
            execution_time_seconds: Some(chance.duration(0.8)),
            ..self.row(ticket, Kind::TaskSync, outcome)
        };
        let attempts = attempts(ticket.number, row.executed_at, outcome);
        let told: Vec<_> = attempts.iter().map(told).collect();
        let own = json!({"external_ticket_id": id, "source_system": system,
            "sync_direction": "Export", "attempts": told});
        let entry = self.entry(ticket, row, Some(own));
        Entry { detail: Some(Detail::Sync(attempts)), ..entry }
    }

    fn webhook(&mut self, ticket: &mut Ticket) -> Entry {
        let (status, outcome) = self.chance.by_share(&WEBHOOK);
        let id = format!("e-{}", ticket.number);
        let row = Row {
            status: Some(status.to_owned()),
            provider_name: Some("telegram".to_owned()),
            entity_type: Some("webhook_event".to_owned()),
            entity_id: Some(id.clone()),
            execution_time_seconds: Some(self.chance.duration(0.02)),
            ..self.row(ticket, Kind::WebhookEvent, outcome)
        };
        let handler = HANDLERS[ticket.number % 11 % HANDLERS.len()];
        let retries = if ticket.number % 17 == 0 { ticket.number / 17 % 12 } else { 0 };
        let own = json!({"event_id": id, "source": "telegram", "update_id": ticket.number,
            "handler_function": handler, "retry_count": retries,
            "received_at": rfc3339(row.executed_at)});
        let webhook = Webhook {
            received_at: Some(row.executed_at),
            handler: Some(handler.to_owned()),
            retries: i64::try_from(retries).unwrap_or_default(),
        };
        let entry = self.entry(ticket, row, Some(own));
        Entry { detail: Some(Detail::Webhook(webhook)), ..entry }
    }

    fn parsing(&mut self, ticket: &mut Ticket) -> Entry {
        let chance = &mut self.chance;
        let (status, outcome) = chance.by_share(&SYNC);
        let (seconds, confidence) = (chance.duration(0.1), chance.part().sqrt());
        let id = format!("d-{}", ticket.number);
        let row = Row {
            status: Some(status.to_owned()),
            entity_type: Some("document".to_owned()),
            entity_id: Some(id.clone()),
            execution_time_seconds: Some(seconds),
            confidence: Some(confidence),
            ..self.row(ticket, Kind::NlpParsing, outcome)
        };
        let version = PARSERS[(ticket.number / 30_000 + ticket.number % 2) % PARSERS.len()];
        let entities = ticket.number % 7;
        let own = json!({"source_document": id, "parser_version": version,
            "processing_time_ms": seconds * 1_000.0, "confidence_score": confidence,
            "entity_counts": {"ORDER": entities}});
        let entities = i64::try_from(entities).ok();
        let parsing = Parsing { version: Some(version.to_owned()), entities };
        let entry = self.entry(ticket, row, Some(own));
        Entry { detail: Some(Detail::Parsing(parsing)), ..entry }
    }

    /// What all records of a ticket have; the next one happens up to two minutes later.
    fn row(&mut self, ticket: &mut Ticket, kind: Kind, outcome: Outcome) -> Row {
        let now = ticket.now.clamp(0, ticket.until);
        ticket.now += i64::try_from(self.chance.below(120_000)).unwrap_or_default();
        let mut random = [0; 10];
        for byte in &mut random {
            *byte = self.chance.next().to_le_bytes()[0];
        }
        let id = Builder::from_unix_timestamp_millis(now.unsigned_abs(), &random).into_uuid();
        Row {
            environment: Some(ticket.environment.to_owned()),
            ticket_id: Some(format!("T-{}", ticket.number)),
            level: "FULL_TRACE".to_owned(),
            ..Row::new(id, kind, now, outcome)
        }
    }

    /// The whole record of a row, with what lies under the kind's own name.
    fn entry(&mut self, ticket: &Ticket, row: Row, own: Option<Value>) -> Entry {
        let metrics = row.metrics.as_deref().and_then(|json| serde_json::from_str(json).ok());
        let fields = [
            ("environment", row.environment.clone().map(Value::from)),
            ("workflow_name", row.workflow_name.clone().map(Value::from)),
            ("workflow_version", row.workflow_version.clone().map(Value::from)),
            ("ticket_id", row.ticket_id.clone().map(Value::from)),
            ("attempt", row.attempt.map(Value::from)),
            ("executed_at", Some(rfc3339(row.executed_at).into())),
            ("execution_time_seconds", row.execution_time_seconds.map(Value::from)),
            ("status", row.status.clone().map(Value::from)),
            ("status_reason", row.status_reason.clone().map(Value::from)),
            ("category", row.category.clone().map(Value::from)),
            ("currency", row.currency.clone().map(Value::from)),
            ("metrics", metrics),
            (row.kind.as_str(), own),
        ];
        let mut record = Map::new();
        record.insert("schema_version".into(), 1.into());
        record.insert("record_id".into(), row.record_id.to_string().into());
        record.insert("kind".into(), row.kind.as_str().into());
        record.insert("client_id".into(), client(ticket.client).into());
        let there = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        record.extend(there.map(|(name, value)| (name.to_owned(), value)));
        record.insert("level".into(), row.level.as_str().into());
        record.insert("trace".into(), json!({"steps": [{"id": 1, "output": self.text()}]}));
        Entry::new(row, Value::Object(record).to_string())
    }

    fn text(&mut self) -> String {
        let mut text = String::with_capacity(self.bytes);
        // The rest of a record has about 400 bytes.
        while text.len() + 400 < self.bytes {
            text.push_str(WORDS[self.chance.below(WORDS.len())]);
            text.push(' ');
        }
        text
    }
}

/// What a synchronisation tried: now and then more than once.
fn attempts(number: usize, last: i64, outcome: Outcome) -> Vec<Attempt> {
    let attempt = |ago: i64, status, error: Option<&str>| Attempt {
        attempted_at: (last - ago).max(0),
        status,
        http_status: Some(if error.is_some() { 503 } else { 201 }),
        error: error.map(str::to_owned),
    };
    let before = (number % 9 == 0)
        .then(|| attempt(60_000, AttemptStatus::Timeout, Some("no answer within 10 s")));
    let last = match outcome {
        Failed => attempt(0, AttemptStatus::Failed, Some("no healthy upstream")),
        Done | Open => attempt(0, AttemptStatus::Success, None),
    };
    before.into_iter().chain([last]).collect()
}

fn told(attempt: &Attempt) -> Value {
    let status = match attempt.status {
        AttemptStatus::Success => "Success",
        AttemptStatus::Failed => "Failed",
        AttemptStatus::Timeout => "Timeout",
    };
    json!({"attempt_timestamp": rfc3339(attempt.attempted_at), "attempt_status": status,
        "http_status_code": attempt.http_status, "error_log": attempt.error})
}
