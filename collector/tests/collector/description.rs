//! The description of the interface, read: its paths, what they take, and what they answer.

use reqwest::Method;
use serde_json::Value;

use crate::server::Server;

/// What `/openapi.json` says.
pub(crate) struct Description(pub(crate) Value);

impl Description {
    pub(crate) async fn of(server: &Server) -> Self {
        let response = server.http.get(server.url("/openapi.json")).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        Self(serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
    }

    /// Every method of every path.
    pub(crate) fn operations(&self) -> Vec<Operation<'_>> {
        let mut operations = Vec::new();
        for (path, methods) in self.0["paths"].as_object().unwrap() {
            for (method, own) in methods.as_object().unwrap() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                operations.push(Operation { method, path, own });
            }
        }
        operations
    }

    pub(crate) fn operation(&self, method: &Method, path: &str) -> Operation<'_> {
        let mut operations = self.operations().into_iter();
        let operation = operations.find(|it| it.method == *method && it.path == path);
        operation.unwrap_or_else(|| panic!("{method} {path} is not described"))
    }

    /// The schema that a reference names, or else the schema itself.
    fn named<'d>(&'d self, schema: &'d Value) -> &'d Value {
        let named = |reference: &str| self.0.pointer(&reference[1..]).unwrap();
        schema["$ref"].as_str().map_or(schema, named)
    }

    /// What of a value is not as a schema says; of OpenAPI's schemas as much as the description
    /// uses.
    pub(crate) fn wrong(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let schema = self.named(schema);
        let mut found = wrong_alone(schema, value, place);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            found.extend(self.wrong(part, value, place));
        }
        if let Some(parts) = schema["oneOf"].as_array() {
            let holds = |part: &&Value| self.wrong(part, value, place).is_empty();
            if parts.iter().filter(holds).count() != 1 {
                found.push(format!("{place} is not one of {}", parts.len()));
            }
        }
        for (name, own) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(value) = value.get(name) {
                found.extend(self.wrong(own, value, &format!("{place}.{name}")));
            }
        }
        if let (Some(own), Some(values)) = (schema.get("additionalProperties"), value.as_object()) {
            for (name, value) in values {
                found.extend(self.wrong(own, value, &format!("{place}.{name}")));
            }
        }
        if let (Some(own), Some(values)) = (schema.get("items"), value.as_array()) {
            for (at, value) in values.iter().enumerate() {
                found.extend(self.wrong(own, value, &format!("{place}[{at}]")));
            }
        }
        found
    }

    /// Every name that stands in a value but not in its schema. Of what is described without any
    /// names every name is known.
    pub(crate) fn unknown(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let schema = self.named(schema);
        let mut found = Vec::new();
        if let (Some(own), Some(values)) = (schema.get("items"), value.as_array()) {
            for (at, value) in values.iter().enumerate() {
                found.extend(self.unknown(own, value, &format!("{place}[{at}]")));
            }
        }
        let mut known = Vec::new();
        self.properties(schema, &mut known);
        if known.is_empty() {
            return found;
        }
        for (name, value) in value.as_object().into_iter().flatten() {
            let place = format!("{place}.{name}");
            match known.iter().find(|(own, _)| own == name) {
                Some((_, own)) => found.extend(self.unknown(own, value, &place)),
                None => found.push(place),
            }
        }
        found
    }

    /// The properties of a schema and of all its parts.
    fn properties<'d>(&'d self, schema: &'d Value, known: &mut Vec<(&'d str, &'d Value)>) {
        let schema = self.named(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.properties(part, known);
        }
        let own = schema["properties"].as_object().into_iter().flatten();
        known.extend(own.map(|(name, own)| (name.as_str(), own)));
    }
}

/// What is wrong by what a schema says itself, without its parts and its properties'.
fn wrong_alone(schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    if !types.is_empty() && !types.iter().any(|name| is_of(name.as_str().unwrap(), value)) {
        found.push(format!("{place} is not {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|texts| !texts.contains(value)) {
        found.push(format!("{place} is none of {}", schema["enum"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            found.push(format!("{place} has no {name}"));
        }
    }
    found
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other} is no type"),
    }
}

/// One method of one path.
pub(crate) struct Operation<'d> {
    pub(crate) method: Method,
    /// As it is described, with the names of its parameters in braces.
    pub(crate) path: &'d str,
    own: &'d Value,
}

impl<'d> Operation<'d> {
    /// Whether it is answered to whoever has a key alone.
    pub(crate) fn needs_key(&self) -> bool {
        self.own["security"] == serde_json::json!([{"key": []}])
    }

    /// Everything that it takes beside a body.
    pub(crate) fn parameters(&self) -> Vec<Parameter<'d>> {
        let own = self.own["parameters"].as_array().into_iter().flatten();
        own.map(|own| {
            let choices = own["schema"]["enum"].as_array().into_iter().flatten();
            Parameter {
                name: own["name"].as_str().unwrap(),
                is_in_path: own["in"] == "path",
                is_required: own["required"] == true,
                about: own["description"].as_str().unwrap_or_default(),
                choices: choices.map(|choice| choice.as_str().unwrap()).collect(),
            }
        })
        .collect()
    }

    /// Every status that it answers with.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let own = self.own["responses"].as_object().unwrap();
        own.keys().map(|status| status.parse().unwrap()).collect()
    }

    /// The schema of an answer.
    pub(crate) fn schema(&self, status: u16) -> &'d Value {
        let answer = &self.own["responses"][status.to_string()];
        let schema = &answer["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{} {} has no {status}: {answer}", self.method, self.path);
        schema
    }
}

/// One parameter of a path or a query.
pub(crate) struct Parameter<'d> {
    pub(crate) name: &'d str,
    pub(crate) is_in_path: bool,
    pub(crate) is_required: bool,
    /// In words.
    pub(crate) about: &'d str,
    /// All that it may be, where these are a few texts.
    pub(crate) choices: Vec<&'d str>,
}
