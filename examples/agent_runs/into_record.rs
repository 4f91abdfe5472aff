//! How a recorded run becomes a record.

use epilogue::record::{ReactIteration, StepStatus, ToolCall as ToolCallStep};
use epilogue::{IntoRecord, Record, Status, Step};
use serde::Serialize;
use serde_json::json;

use super::recorded::{Message, RecordedRun, Role, ToolCall};

/// How the tools of these runs begin an answer that is none.
const TOOL_ERROR: &str = "Error";

impl IntoRecord for RecordedRun {
    fn into_record(mut self) -> Record {
        self.messages.retain(|message| message.role != Role::System);
        let mut record = Record::workflow(self.line.to_string())
            .workflow_name("airline_support_agent")
            .status(if self.is_solved() { Status::Success } else { Status::Failed })
            .category("AIRLINE_SUPPORT")
            .currency("USD");
        record = with_metrics(record, &self);
        record = with_steps(record, &self.messages);
        if let Some(answer) = self.last_answer() {
            record = record.final_response(answer);
        }
        if !self.task.is_empty() {
            record = record.input(self.task);
        }
        record.state(FinalState { messages: self.messages })
    }
}

/// What the agent knew in the end: the conversation.
#[derive(Serialize)]
struct FinalState {
    messages: Vec<Message>,
}

impl RecordedRun {
    fn is_solved(&self) -> bool {
        (self.reward - 1.0).abs() < f64::EPSILON
    }

    fn count(&self, role: Role) -> usize {
        self.messages.iter().filter(|message| message.role == role).count()
    }

    fn last_answer(&self) -> Option<&str> {
        let mut answers = self.messages.iter().rev().filter(|m| m.role == Role::Assistant);
        answers.find_map(|message| message.content.as_deref())
    }
}

fn with_metrics(mut record: Record, run: &RecordedRun) -> Record {
    if let Some(cost) = run.cost {
        record = record.metric("cost", cost);
    }
    record
        .metric("reward", run.reward)
        .metric("message_count", run.messages.len())
        .metric("user_messages", run.count(Role::User))
        .metric("tool_messages", run.count(Role::Tool))
        // Each of the assistant's turns is one answer of the model.
        .metric("llm_calls", run.count(Role::Assistant))
}

/// Every turn of the assistant is an iteration, with what the user said before it and with the
/// tool calls that it made as steps below it.
fn with_steps(mut record: Record, messages: &[Message]) -> Record {
    let (mut steps, mut turns, mut answered) = (0, 0, 0);
    for (index, message) in messages.iter().enumerate() {
        if message.role != Role::Assistant {
            continue;
        }
        turns += 1;
        steps += 1;
        let turn_id = steps;
        record = record.step(turn(turns, &messages[answered..index], message));
        answered = index + 1;
        for call in message.tool_calls.iter().flatten() {
            steps += 1;
            record = record.step(tool_call(call, &messages[answered..]).parent(turn_id));
        }
    }
    record
}

fn turn(number: u32, before: &[Message], message: &Message) -> Step<ReactIteration> {
    let said = before.iter().filter(|m| m.role == Role::User).filter_map(|m| m.content.clone());
    let said: Vec<String> = said.collect();
    let mut turn = Step::react_iteration(number);
    if !said.is_empty() {
        turn = turn.input(json!({"user": said}));
    }
    let calls: Vec<&ToolCall> = message.tool_calls.iter().flatten().collect();
    if calls.is_empty() {
        return match &message.content {
            Some(answer) => turn.output(answer.clone()),
            None => turn,
        };
    }
    if let Some(thought) = &message.content {
        turn = turn.thought(thought);
    }
    let tools: Vec<String> = calls.iter().map(|call| call.function.name.clone()).collect();
    turn.action(json!({"tools": tools}))
}

/// The call with the arguments as the model wrote them and the result as the tool gave it.
fn tool_call(call: &ToolCall, after: &[Message]) -> Step<ToolCallStep> {
    let step = Step::tool_call(call.function.name.clone())
        .call_id(&call.id)
        .arguments(call.function.arguments.clone());
    let answer = after.iter().find(|message| {
        message.role == Role::Tool && message.tool_call_id.as_ref() == Some(&call.id)
    });
    match answer.and_then(|message| message.content.clone()) {
        Some(result) if result.starts_with(TOOL_ERROR) => {
            step.status(StepStatus::Error).result(result)
        }
        Some(result) => step.result(result),
        None => step,
    }
}
