//! Answers against the description that the service gives of itself.

use regex::Regex;
use serde_json::Value;

use crate::case::{Case, Request};
use crate::running::{Answer, Running};
use crate::tables::Tables;

/// The description, as its readers get it.
pub struct Description(Value);

impl Description {
    pub async fn of(tables: &[Tables; 3]) -> Self {
        let line = r#"{"name":"description","profile":"core","source":"","status":200,
                       "request":{"method":"GET","path":"/docs/openapi.json"}}"#;
        let case: Case = serde_json::from_str(line).unwrap();
        let answer = Running::start(&case, tables).await.ask(&case.request).await;
        assert_eq!(answer.status, 200);
        Self(serde_json::from_slice(&answer.body).unwrap())
    }

    /// What was answered must be described: its path and method, and each field of it.
    pub fn check(&self, request: &Request, answer: &Answer) -> Result<(), String> {
        let path = request.path.split('?').next().unwrap_or_default().replace("{ext}", "/api/v2");
        // The page of the description and other spellings of a path's end are not in it.
        let is_empty = answer.body.is_empty();
        if is_empty || answer.status != 200 || path == "/docs/" || !path.ends_with('/') {
            return Ok(());
        }
        let method = if request.method == "POST" { "post" } else { "get" };
        let described = self.0["paths"].as_object().unwrap().iter();
        let fitting = described
            .filter(|(template, item)| fits(template, &path) && item.get(method).is_some());
        // With fewer places it is the more exact one.
        let closest = fitting.min_by_key(|(template, _)| template.matches('{').count());
        let (_, item) = closest.ok_or_else(|| format!("{method} {path} is not described"))?;
        let content = &item[method]["responses"]["200"]["content"];
        match serde_json::from_slice(&answer.body) {
            Ok(body) => self.has(&content["application/json"]["schema"], &body, &path),
            Err(_) if content.get("text/csv").is_some() => Ok(()),
            Err(_) => Err(format!("{path} is not said to answer CSV")),
        }
    }

    /// Whether a value has only what its schema has.
    fn has(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        let schema = self.resolved(schema);
        match value {
            Value::Null => Ok(()),
            Value::Array(values) => {
                // A page can be had as a plain list, too.
                let items = match self.property(schema, "results") {
                    Some(results) => &results["items"],
                    None => &schema["items"],
                };
                let is_list = if items.is_null() { is(schema, "array", place) } else { Ok(()) };
                is_list.and_then(|()| values.iter().try_for_each(|one| self.has(items, one, place)))
            }
            Value::Object(fields) => fields.iter().try_for_each(|(name, value)| {
                let place = format!("{place} {name}");
                let described = self.property(schema, name);
                let described = described.or_else(|| schema.get("additionalProperties"));
                self.has(described.ok_or(format!("{place} is not described"))?, value, &place)
            }),
            Value::String(_) => is(schema, "string", place),
            Value::Bool(_) => is(schema, "boolean", place),
            Value::Number(number) if number.is_f64() => is(schema, "number", place),
            Value::Number(_) => {
                is(schema, "integer", place).or_else(|_| is(schema, "number", place))
            }
        }
    }

    /// The schema itself, where another names it or says that it may be null.
    fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self.resolved(&self.0["components"]["schemas"][name]);
        }
        let either = schema["oneOf"].as_array().into_iter().flatten();
        let other = either.into_iter().find(|schema| schema["type"] != "null");
        other.map_or(schema, |schema| self.resolved(schema))
    }

    /// A field of an object, which may be put together from others.
    fn property<'s>(&'s self, schema: &'s Value, name: &str) -> Option<&'s Value> {
        let schema = self.resolved(schema);
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let own = schema["properties"].get(name);
        own.or_else(|| parts.into_iter().find_map(|part| self.property(part, name)))
    }
}

fn is(schema: &Value, kind: &str, place: &str) -> Result<(), String> {
    let types = &schema["type"];
    let is = types == kind || types.as_array().is_some_and(|types| types.contains(&kind.into()));
    if is { Ok(()) } else { Err(format!("{place} is {kind}, described as {schema}")) }
}

/// Whether a path is one of a template; what stands in braces may hold anything.
fn fits(template: &str, path: &str) -> bool {
    let pieces: Vec<String> = template.split(['{', '}']).step_by(2).map(regex::escape).collect();
    Regex::new(&format!("^{}$", pieces.join(".+"))).unwrap().is_match(path)
}

#[test]
fn what_is_not_described_is_found() {
    let document = serde_json::json!({"paths": {"/a/{id}/": {"get": {"responses": {"200": {"content": {
        "application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}}
    }}}}}}, "components": {"schemas": {"Row": {"properties": {
        "count": {"type": ["integer", "null"]},
        "inner": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Row"}]}
    }}}}});
    let description = Description(document);
    let said = |path: &str, body: &str| {
        let request = format!(r#"{{"method":"GET","path":"{path}"}}"#);
        let answer = Answer { status: 200, headers: vec![], body: body.as_bytes().to_vec() };
        description.check(&serde_json::from_str(&request).unwrap(), &answer)
    };
    assert_eq!(said("/a/x/y/", r#"[{"count":1,"inner":{"count":null}}]"#), Ok(()));
    assert!(said("/b/x/", "[]").is_err());
    assert!(said("/a/x/", r#"[{"count":"1"}]"#).is_err());
    assert!(said("/a/x/", r#"[{"inner":{"other":1}}]"#).is_err());
    assert!(said("/a/x/", "a,b\r\n").is_err());
}
