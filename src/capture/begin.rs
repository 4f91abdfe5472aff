//! How a step begins, the same in a run and in a step.

/// The ways to begin a step, for a type with a method `begin`, which is given what makes the step.
macro_rules! begins_steps {
    ($in:literal) => {
        #[doc = concat!("Begins a node of the workflow's graph in this ", $in, ", or an agent that it calls.")]
        pub fn node(
            &self,
            name: impl Into<std::borrow::Cow<'static, str>>,
        ) -> $crate::capture::StepGuard<$crate::record::Node> {
            self.begin(|| $crate::Step::node(name))
        }

        #[doc = concat!("Begins one round of reasoning and acting in this ", $in, ", counted from 1.")]
        pub fn react_iteration(
            &self,
            iteration: u32,
        ) -> $crate::capture::StepGuard<$crate::record::ReactIteration> {
            self.begin(|| $crate::Step::react_iteration(iteration))
        }

        #[doc = concat!("Begins a call of a tool, by its name, in this ", $in, ".")]
        pub fn tool_call(
            &self,
            name: impl Into<std::borrow::Cow<'static, str>>,
        ) -> $crate::capture::StepGuard<$crate::record::ToolCall> {
            self.begin(|| $crate::Step::tool_call(name))
        }

        #[doc = concat!(
            "Begins a call of a provider's model, such as `openai` and `gpt-4o`, in this ", $in, "."
        )]
        pub fn llm_call(
            &self,
            provider: impl Into<std::borrow::Cow<'static, str>>,
            model: impl Into<std::borrow::Cow<'static, str>>,
        ) -> $crate::capture::StepGuard<$crate::record::LlmCall> {
            self.begin(|| $crate::Step::llm_call(provider, model))
        }

        #[doc = concat!("Begins a search in a collection of documents in this ", $in, ".")]
        pub fn retrieval(
            &self,
            name: impl Into<std::borrow::Cow<'static, str>>,
        ) -> $crate::capture::StepGuard<$crate::record::Retrieval> {
            self.begin(|| $crate::Step::retrieval(name))
        }
    };
}

pub(super) use begins_steps;
