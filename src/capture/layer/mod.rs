//! A layer for `tracing-subscriber`: the spans that a service has anyway become records.

mod error;
mod fields;
mod meaning;
mod members;
mod root;
mod span;
mod step;

use std::borrow::Cow;
use std::sync::Once;
use std::thread;

use tracing::span::{Attributes, Id, Record as Later};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::client::Client;
use crate::ship::{is_shippers_thread, tell};

use self::error::Incident;
use self::fields::{FieldValue, Fields};
use self::members::Members;
use self::span::{Place, Span};

/// The layer that makes records of spans and ships them; see [`TracingLayer`].
///
/// ```
/// use epilogue::Client;
/// use tracing_subscriber::prelude::*;
///
/// let logs = Client::from_env();
/// let subscriber = tracing_subscriber::registry().with(epilogue::capture::layer(logs.clone()));
/// tracing::subscriber::with_default(subscriber, || {
///     let run = tracing::info_span!("workflow", ticket_id = "12345").entered();
///     tracing::info_span!("tool_call", otel.name = "lookup_order").in_scope(|| ());
///     drop(run); // ships the record
/// });
/// ```
pub fn layer(client: Client) -> TracingLayer {
    TracingLayer {
        client,
        root_name: "workflow".into(),
        ticket_field: "ticket_id".into(),
        begins_by_ticket: true,
        max_steps: None,
        members: Members::none(),
        is_second: false,
    }
}

/// A layer for `tracing-subscriber` that makes records of spans: made by [`layer`].
///
/// A span with the name or the ticket field of a run is a run; the spans below it are its steps, on
/// whichever tasks and threads they are entered. A span that could be a run is a step of the run
/// around it, unless it has another ticket. When the root span closes the record is shipped. Its
/// status is the field `status`; else CRASHED where a panic passed through it, FAILED where an
/// error was not handled or `otel.status_code` is `ERROR`, and else SUCCESS. As `tracing` closes a
/// span when all below it are closed, one that never is keeps its run open: a task that outlives
/// the run gets a root of its own (`parent: None`).
///
/// Fields say what a step is and what it tells, by the names of OpenTelemetry's conventions for
/// generative AI, of `OpenLLMetry` and of this crate's own records: see the table below.
/// An event at the level ERROR becomes an error of the run with its step, and the step fails. The
/// run is taken to go on after an error in a step, and to fail by one of its own; a field `handled`
/// of the event says otherwise. Other events are not recorded, nor is `follows_from`.
///
/// Outside of runs a span costs a look at its name and fields, and while a run is open somewhere a
/// look at its parent. What the shipper does, and what this crate says of itself, is never
/// captured. Which spans become steps is said by a filter on the layer (`with_filter`). A
/// subscriber has use for one of these layers: a second one warns and does nothing.
///
/// # What the fields say
///
/// The names `gen_ai.*` are those of [OpenTelemetry's semantic conventions for generative AI][gen-ai],
/// in their present and their earlier form.
///
/// [gen-ai]: https://opentelemetry.io/docs/specs/semconv/gen-ai/
///
/// | field of a step | becomes |
/// | --- | --- |
/// | `gen_ai.operation.name`, `traceloop.span.kind`; a span called like an operation or a type of step; a `gen_ai.tool.*`, `gen_ai.request.*` … field; `iteration`, `thought`, `observation` | its type; a `node` where nothing tells. `chat`, `text_completion`, `generate_content` and `embeddings` are an `llm_call`, `execute_tool` a `tool_call`, `retrieval` and `search_memory` a `retrieval` |
/// | `otel.name`, `traceloop.entity.name`, `gen_ai.tool.name`, `gen_ai.agent.name`, `gen_ai.data_source.id` | its name, else the span's |
/// | `gen_ai.input.messages`, `gen_ai.prompt`, `traceloop.entity.input`, `input`; `gen_ai.output.messages`, `gen_ai.completion`, `traceloop.entity.output`, `output` | `input`, `output` (of a tool the `traceloop` ones are `arguments`, `result`) |
/// | `gen_ai.provider.name`, `gen_ai.system`, `provider`; `gen_ai.response.model`, `gen_ai.request.model`, `model`; `gen_ai.usage.…`, `input_tokens` …; `gen_ai.usage.cost` or `cost`, with `currency`; `gen_ai.response.finish_reasons` | the fields of an `llm_call` |
/// | `gen_ai.tool.call.id`, `.arguments`, `.result`; `call_id`, `arguments`, `result` | those of a `tool_call` |
/// | `gen_ai.retrieval.query.text`, `gen_ai.retrieval.documents`; `query`, `documents` | those of a `retrieval` |
/// | `iteration`, `thought`, `action`, `observation`; `decision` | those of a `react_iteration`, a `node` |
/// | `status`, `otel.status_code`; `error`, `otel.status_message`, `error.type`; `attempt` | `status`, `error`, `attempt` |
/// | any other, and what does not fit the type | `attributes` |
///
/// | field of the root | becomes |
/// | --- | --- |
/// | `ticket_id`, `category`, `status_reason`, `tags`, `attempt`, `workflow_name`, `workflow_version`, `environment`, `currency` | the same; `otel.name` names the workflow, `otel.status_message` is the reason |
/// | `status`, `otel.status_code` | `status`. Else `CRASHED` where it panics, `FAILED` where an error was not handled, `SUCCESS` |
/// | `input`, `output` or `final_response`, `final_confidence`, and the aliases above | `input`, `final_response` |
/// | other numbers | `metrics`, unless they are identifiers (`….id`) or masking would change them |
/// | `state`, and whatever is left | `state` |
///
/// A text that is a JSON object or array becomes one.
///
/// # A registry is needed
///
/// A subscriber below that keeps no spans is refused by the compiler:
///
/// ```compile_fail
/// use tracing_subscriber::prelude::*;
///
/// let layer = epilogue::capture::layer(epilogue::Client::disabled());
/// let subscriber = tracing::subscriber::NoSubscriber::new().with(layer);
/// tracing::subscriber::with_default(subscriber, || ());
/// ```
#[derive(Debug)]
#[must_use = "a layer does nothing before a subscriber has it"]
pub struct TracingLayer {
    client: Client,
    root_name: Cow<'static, str>,
    ticket_field: Cow<'static, str>,
    begins_by_ticket: bool,
    max_steps: Option<usize>,
    members: Members,
    /// Another one stands below it, and spans have room for what one of them keeps.
    is_second: bool,
}

impl TracingLayer {
    /// Spans of this name are runs.
    ///
    /// # Default
    /// `workflow`.
    pub fn root_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.root_name = name.into();
        self
    }

    /// Spans with this field are runs, and it tells the ticket.
    ///
    /// # Default
    /// `ticket_id`.
    pub fn ticket_field(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.ticket_field = name.into();
        self
    }

    /// Only the name makes a span a run, for a service in which functions outside of runs have
    /// the field too.
    pub fn without_runs_by_ticket(mut self) -> Self {
        self.begins_by_ticket = false;
        self
    }

    /// A run keeps no more steps than that; the others are counted.
    ///
    /// # Default
    /// 10,000, which is also the most.
    pub fn max_steps(mut self, steps: usize) -> Self {
        self.max_steps = Some(steps);
        self
    }

    /// Whether a span of this kind is a run, unless it is a step of another.
    fn may_begin(&self, metadata: &Metadata<'_>) -> bool {
        metadata.name() == self.root_name
            || self.begins_by_ticket && metadata.fields().field(&*self.ticket_field).is_some()
    }

    /// A span that may begin a run: a step of the run around it, unless it has another ticket.
    fn run_or_step(
        &self,
        name: &'static str,
        fields: Fields,
        around: Option<Place>,
    ) -> Option<Span> {
        let ticket = fields.text_of(&self.ticket_field);
        match around.filter(|around| around.takes(ticket.as_deref())) {
            Some(around) => Some(around.step(name, || fields)),
            None => self.run(fields),
        }
    }

    /// `None` where nothing may be recorded.
    fn run(&self, mut fields: Fields) -> Option<Span> {
        let ticket = fields.take_named(&self.ticket_field).map(FieldValue::into_text);
        let mut run = self.client.run(ticket.unwrap_or_default());
        if let Some(steps) = self.max_steps {
            run = run.max_steps(steps);
        }
        Span::run(run, fields)
    }

    /// Where a span stands that is being made; `None` outside of runs.
    fn around<S>(
        &self,
        attributes: &Attributes<'_>,
        id: &Id,
        context: &Context<'_, S>,
    ) -> Option<Place>
    where
        S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    {
        if self.members.is_empty() || attributes.is_root() {
            return None;
        }
        let current;
        let parent = if attributes.is_contextual() {
            current = context.current_span();
            current.id()?
        } else {
            attributes.parent()?
        };
        match context.span(parent) {
            Some(parent_span) if self.members.may_hold(parent) => place(&parent_span),
            Some(_) => None,
            // A filter hides the parent; one above it may be seen.
            None => place(&context.span(id)?.parent()?),
        }
    }
}

impl<S> Layer<S> for TracingLayer
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn on_layer(&mut self, subscriber: &mut S) {
        let below: &dyn Subscriber = subscriber;
        self.is_second = below.is::<Self>();
        if self.is_second {
            tell("a subscriber has two layers of this crate", &"the second records nothing");
        }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        let begins = self.may_begin(metadata);
        if self.is_second || !begins && self.members.is_empty() || is_own(metadata) {
            return;
        }
        let around = self.around(attributes, id, &context);
        if around.is_none() && !begins {
            return;
        }
        let Some(span) = context.span(id) else {
            return tell_blind();
        };
        let made = match around {
            Some(around) if !begins => {
                Some(around.step(metadata.name(), || Fields::of(attributes)))
            }
            around => self.run_or_step(metadata.name(), Fields::of(attributes), around),
        };
        if let Some(made) = made {
            span.extensions_mut().replace(made);
            self.members.add(id);
        }
    }

    fn on_record(&self, id: &Id, values: &Later<'_>, context: Context<'_, S>) {
        if !self.members.may_hold(id) {
            return;
        }
        let Some(span) = context.span(id) else {
            return;
        };
        // The host's `Debug` may ask for spans; it must not meet a lock.
        let later = Fields::told_later(values);
        if let Some(known) = span.extensions_mut().get_mut::<Span>() {
            known.tell(later, &self.ticket_field);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let is_error = *event.metadata().level() == Level::ERROR;
        if !is_error || self.members.is_empty() || is_own(event.metadata()) {
            return;
        }
        let Some(span) = context.event_span(event) else {
            return;
        };
        let Some(place) = place(&span) else {
            return;
        };
        let incident = Incident::of(event, &place);
        place.tell(incident.error);
        if let Some(known) = span.extensions_mut().get_mut::<Span>() {
            known.fail(incident.of_step);
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        if !thread::panicking() || !self.members.may_hold(id) {
            return;
        }
        if let Some(span) = context.span(id) {
            if let Some(known) = span.extensions_mut().get_mut::<Span>() {
                known.fall();
            }
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if !self.members.may_hold(&id) {
            return;
        }
        let Some(span) = context.span(&id) else {
            return;
        };
        let known = span.extensions_mut().remove::<Span>();
        if let Some(known) = known {
            self.members.remove(&id);
            known.close(span.name(), self.client.policy());
        }
    }
}

/// Where what happens in this span belongs; `None` outside of runs.
fn place<S>(span: &SpanRef<'_, S>) -> Option<Place>
where
    S: for<'lookup> LookupSpan<'lookup>,
{
    span.extensions().get::<Span>().map(Span::place)
}

/// What the crate says of itself, and what happens while it ships: a record of that would have to
/// be shipped as well.
fn is_own(metadata: &Metadata<'_>) -> bool {
    let own = metadata.target().strip_prefix("epilogue");
    own.is_some_and(|rest| rest.is_empty() || rest.starts_with("::")) || is_shippers_thread()
}

fn tell_blind() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        tell("the tracing layer is shown no spans: nothing is recorded", &"no registry below it");
    });
}
