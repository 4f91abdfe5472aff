//! Keys of model providers and of services for agents: the key pages of each.

use super::super::charset::Charset::{Alnum, Hex, Url};
use super::checks::{is_anthropic, is_openai, is_plain};
use super::{Format, checked, f};

pub(super) static FORMATS: &[Format] = &[
    // Anthropic: "Admin API" and "API keys".
    checked(f("anthropic", "sk-ant-", Url, 32, 255), is_anthropic),
    // OpenAI: "Production best practices"; the keys hold the name of the company in base64.
    checked(f("openai", "sk-", Url, 20, 255), is_plain),
    f("openai", "sk-", Alnum, 48, 48),
    checked(f("openai", "sk-proj-", Url, 20, 255), is_openai),
    checked(f("openai", "sk-svcacct-", Url, 20, 255), is_openai),
    checked(f("openai", "sk-admin-", Url, 20, 255), is_openai),
    f("openai", "sess-", Alnum, 40, 40),
    // Others, by their own key pages.
    f("openrouter", "sk-or-v1-", Hex, 64, 64),
    f("huggingface", "hf_", Alnum, 34, 37),
    f("huggingface", "api_org_", Alnum, 34, 34),
    f("langsmith", "lsv2_pt_", Url, 32, 64),
    f("langsmith", "lsv2_sk_", Url, 32, 64),
    f("langsmith", "ls__", Hex, 32, 32),
    f("langfuse", "sk-lf-", Url, 36, 36),
    f("groq", "gsk_", Alnum, 48, 64),
    f("perplexity", "pplx-", Alnum, 40, 64),
    f("replicate", "r8_", Alnum, 37, 40),
    f("xai", "xai-", Alnum, 70, 90),
    f("fireworks", "fw_", Alnum, 22, 40),
    f("cerebras", "csk-", Alnum, 40, 64),
    f("nvidia", "nvapi-", Url, 60, 80),
    f("tavily", "tvly-", Url, 20, 64),
    f("firecrawl", "fc-", Hex, 32, 32),
    f("elevenlabs", "sk_", Hex, 48, 48),
    f("voyage", "pa-", Url, 40, 50),
    f("wandb", "wandb_v1_", Url, 60, 120),
    f("together", "tgp_v1_", Url, 40, 60),
    f("pinecone", "pcsk_", Url, 60, 80),
    f("jina", "jina_", Url, 50, 65),
    f("apify", "apify_api_", Alnum, 36, 36),
    f("e2b", "e2b_", Hex, 40, 40),
];
