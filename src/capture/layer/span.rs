//! What the layer keeps of a span that belongs to a run.

use crate::capture::panic::{Lookout, Panic};
use crate::capture::{Run, RunHandle};
use crate::mask::Policy;
use crate::record::{Error, Record, Status, Step};

use super::fields::Fields;
use super::root::Root;
use super::step::step;

/// A span of a run: the run itself, or a step of it.
pub(super) struct Span {
    run: RunHandle,
    role: Role,
    fields: Fields,
    /// What an error in it has said.
    error: Option<String>,
    lookout: Lookout,
    panic: Option<Box<Panic>>,
}

enum Role {
    Run(Run),
    Step(u32),
    /// A step beyond the most that a run keeps.
    LeftOut,
}

/// Where in a run something happens.
pub(super) struct Place {
    run: RunHandle,
    pub(super) is_step: bool,
    /// Its number, where it is a step that is kept.
    pub(super) step: Option<u32>,
}

impl Place {
    /// A span with this ticket is a step here. A run without a ticket takes the first that is told
    /// in it.
    pub(super) fn takes(&self, ticket: Option<&str>) -> bool {
        ticket.is_none_or(|ticket| takes(&self.run, ticket))
    }

    /// The fields are asked for where the step is kept.
    pub(super) fn step(self, name: &'static str, fields: impl FnOnce() -> Fields) -> Span {
        let id =
            self.run.recorder().and_then(|recorder| recorder.begin(Step::node(name), self.step));
        match id {
            Some(id) => Span::new(self.run, Role::Step(id), fields()),
            None => Span::new(self.run, Role::LeftOut, Fields::default()),
        }
    }

    pub(super) fn tell(&self, error: Error) {
        self.run.error(error);
    }
}

impl Span {
    /// `None` where nothing is recorded.
    pub(super) fn run(run: Run, fields: Fields) -> Option<Self> {
        run.recorder()?;
        Some(Self::new(run.handle(), Role::Run(run), fields))
    }

    fn new(run: RunHandle, role: Role, fields: Fields) -> Self {
        Self { run, role, fields, error: None, lookout: Lookout::new(), panic: None }
    }

    pub(super) fn place(&self) -> Place {
        let step = match self.role {
            Role::Step(id) => Some(id),
            Role::Run(_) | Role::LeftOut => None,
        };
        Place { run: self.run.clone(), is_step: !matches!(self.role, Role::Run(_)), step }
    }

    /// Fields that are told later.
    pub(super) fn tell(&mut self, mut later: Fields, ticket_field: &str) {
        match &self.role {
            Role::Run(run) => {
                if let Some(ticket) = later.take_named(ticket_field) {
                    let ticket = ticket.into_text();
                    run.recorder().map(|run| run.with_record(|record| record.set_ticket(ticket)));
                }
            }
            Role::Step(_) => {
                if let Some(ticket) = later.text_of(ticket_field) {
                    takes(&self.run, &ticket);
                }
            }
            Role::LeftOut => return,
        }
        self.fields.replace(later);
    }

    /// Something went wrong in it; what went wrong first is told.
    pub(super) fn fail(&mut self, message: Option<String>) {
        if self.error.is_none() {
            self.error = message;
        }
    }

    /// A panic passes through it.
    pub(super) fn fall(&mut self) {
        if self.panic.is_none() {
            self.panic = self.lookout.panic().map(Box::new);
        }
    }

    /// The span is over.
    pub(super) fn close(mut self, name: &'static str, policy: &Policy) {
        self.fall();
        let Self { run, role, fields, error, panic, .. } = self;
        match (role, run.recorder()) {
            (Role::Step(id), Some(recorder)) => {
                recorder.put(id, step(name, fields, error));
                match panic {
                    Some(panic) => recorder.fall(id, &panic),
                    None => recorder.end(id),
                }
            }
            (Role::Run(run), _) => close_run(run, Root::of(fields, policy), panic.as_deref()),
            (Role::Step(_) | Role::LeftOut, _) => {}
        }
    }
}

/// Whether the run is this ticket's. One without a ticket takes the first that it is told.
fn takes(run: &RunHandle, ticket: &str) -> bool {
    let takes = run.recorder().map(|run| run.with_record(|record| record.takes_ticket(ticket)));
    takes.flatten().unwrap_or(true)
}

/// The status is what the span tells, else what happened in it.
fn close_run(run: Run, mut root: Root, panic: Option<&Panic>) {
    let told = root.take_status();
    let Some(recorder) = run.recorder() else {
        return;
    };
    recorder.set(|record| root.tell(record));
    let status = match (told, panic) {
        (Some(status), _) => status,
        (None, Some(panic)) => {
            recorder.crash(panic);
            Status::Crashed
        }
        (None, None) => recorder.with_record(|record| seen(record)).unwrap_or(Status::Success),
    };
    run.finish(status);
}

fn seen(record: &Record) -> Status {
    if record.outcome().is_success() { Status::Success } else { Status::Failed }
}
