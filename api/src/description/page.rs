//! The description as a page.

use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

use super::json;
use crate::error::Error;

const STYLE: &str = include_str!("style.css");

/// What the page may do: have its own style, nothing else.
pub(crate) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'")
});

#[derive(Template)]
#[template(path = "docs.html")]
struct Page {
    style: &'static str,
    areas: Vec<Area>,
    types: Vec<Type>,
}

struct Area {
    name: String,
    resources: Vec<Resource>,
}

struct Resource {
    path: String,
    methods: String,
    about: String,
    public: bool,
    versions: String,
    parameters: Vec<Field>,
    answer: Shape,
}

/// A named type of answers.
struct Type {
    name: String,
    about: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    shape: Shape,
    about: String,
}

/// What kind of value something is; the named type that it is made of, if there is one.
struct Shape {
    kind: String,
    named: Option<String>,
}

/// The page, made when it is first asked for.
pub(crate) fn html() -> Result<&'static str, Error> {
    static HTML: LazyLock<Result<String, String>> = LazyLock::new(made);
    HTML.as_deref().map_err(|reason| Error::Internal(format!("writing docs: {reason}")))
}

fn made() -> Result<String, String> {
    let document: Value = serde_json::from_str(json()).map_err(|error| error.to_string())?;
    let page = Page { style: STYLE, areas: areas(&document), types: types(&document) };
    page.render().map_err(|error| error.to_string())
}

fn areas(document: &Value) -> Vec<Area> {
    let names = list(&document["tags"]).map(|tag| text(&tag["name"]));
    let area = |name: String| {
        let resources = members(&document["paths"]).filter_map(|(path, item)| resource(path, item));
        let resources = resources.filter(|(area, _)| *area == name);
        Area { resources: resources.map(|(_, resource)| resource).collect(), name }
    };
    names.map(area).collect()
}

/// A resource and its area.
fn resource(path: &str, item: &Value) -> Option<(String, Resource)> {
    let methods = ["get", "post"].into_iter().filter(|method| item.get(method).is_some());
    let methods: Vec<&str> = methods.collect();
    let operation = &item[*methods.first()?];
    let versions = list(&item["parameters"]).find(|parameter| parameter["name"] == "version");
    let body = &operation["requestBody"]["content"]["application/json"]["schema"]["properties"];
    let in_query = list(&operation["parameters"]).map(parameter);
    let in_body = members(body).map(|(name, schema)| field(name, schema));
    let resource = Resource {
        path: path.to_owned(),
        methods: methods.join(", ").to_uppercase(),
        about: text(&operation["summary"]),
        public: operation.get("security").is_none(),
        versions: versions.map(|version| words(&version["schema"]["enum"])).unwrap_or_default(),
        parameters: in_query.chain(in_body).collect(),
        answer: shape(&operation["responses"]["200"]["content"]["application/json"]["schema"]),
    };
    Some((text(&operation["tags"][0]), resource))
}

fn parameter(parameter: &Value) -> Field {
    let values = words(&parameter["schema"]["enum"]);
    let required = if parameter["required"] == true { "required" } else { "" };
    let kind = [required, &values].into_iter().filter(|word| !word.is_empty());
    Field {
        name: text(&parameter["name"]),
        shape: Shape { kind: kind.collect::<Vec<_>>().join("; "), named: None },
        about: text(&parameter["description"]),
    }
}

fn types(document: &Value) -> Vec<Type> {
    let types = members(&document["components"]["schemas"]);
    types
        .map(|(name, schema)| Type {
            name: name.to_owned(),
            about: text(&schema["description"]),
            fields: parts(schema).map(|(name, schema)| field(name, schema)).collect(),
        })
        .collect()
}

/// The members of a type; another type that it holds wholly is one without a name.
fn parts(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let whole = list(&schema["allOf"]);
    let whole = whole.flat_map(|part| match part.get("$ref") {
        Some(_) => vec![("", part)],
        None => members(&part["properties"]).collect(),
    });
    members(&schema["properties"]).chain(whole)
}

fn field(name: &str, schema: &Value) -> Field {
    // What is said of a member that may be null stands beside the type that it is otherwise.
    let either = list(&schema["oneOf"]).find_map(|schema| schema.get("description"));
    let about = text(either.unwrap_or(&schema["description"]));
    Field { name: name.to_owned(), shape: shape(schema), about }
}

fn shape(schema: &Value) -> Shape {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return Shape { kind: String::new(), named: Some(name.to_owned()) };
    }
    let either = list(&schema["oneOf"]).chain(list(&schema["allOf"]));
    if let Some(other) = either.into_iter().find(|schema| schema["type"] != "null") {
        let nullable = list(&schema["oneOf"]).any(|schema| schema["type"] == "null");
        let Shape { kind, named } = shape(other);
        let or_null = if nullable { " or null" } else { "" };
        return Shape { kind: format!("{kind}{or_null}"), named };
    }
    let kind = match &schema["type"] {
        Value::Array(_) => words(&schema["type"]).replace(", ", " or "),
        kind => text(kind),
    };
    let inner =
        [&schema["items"], &schema["additionalProperties"], &schema["properties"]["results"]];
    match inner.into_iter().find(|inner| inner.is_object()).map(shape) {
        Some(Shape { kind: inner, named }) => Shape { kind: format!("{kind} of {inner}"), named },
        None => Shape { kind, named: None },
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn words(value: &Value) -> String {
    list(value).map(text).collect::<Vec<_>>().join(", ")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
