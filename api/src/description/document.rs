//! The description as an OpenAPI document.

use std::sync::LazyLock;

use api_client::ErrorBody;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathItemBuilder,
    PathsBuilder,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Content, InfoBuilder, OpenApi, OpenApiBuilder, RefOr, Required, Response, ResponseBuilder,
    ResponsesBuilder, Schema, Tag,
};
use utoipa::{PartialSchema, ToSchema};

use super::{Answer, Asked, Described, Parameter, all};

/// The name of the security scheme.
const TOKEN: &str = "token";

/// How requests fail, and with which status.
const FAILURES: [(&str, &str, &str); 6] = [
    ("400", "BadRequest", "A parameter, an id of a course or the body is wrong."),
    ("401", "Unauthorised", "The token is missing or no good."),
    ("403", "Forbidden", "The token may not read this course."),
    ("404", "NoData", "There is no data: a list is never empty. Or there is nothing at this path."),
    ("429", "Throttled", "Asked too often; `Retry-After` says in how many seconds again."),
    ("503", "Unavailable", "The store is lost or the service is busy; see `Retry-After`."),
];

/// The document, as JSON.
pub(crate) fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| {
        // It is made of maps with texts as keys, which always print.
        document(all()).to_pretty_json().unwrap_or_default()
    });
    &JSON
}

fn document(resources: Vec<Described>) -> OpenApi {
    let (mut paths, mut components) = (PathsBuilder::new(), ComponentsBuilder::new());
    let mut areas: Vec<&str> = Vec::new();
    for resource in resources {
        if !areas.contains(&resource.area) {
            areas.push(resource.area);
        }
        paths = paths.path(resource.path.clone(), path(&resource));
        components = components.schemas_from_iter(resource.answer.types);
    }
    components = components.schema(ErrorBody::name(), ErrorBody::schema());
    for (_, name, about) in FAILURES {
        components = components.response(name, failure(about));
    }
    let header =
        ApiKeyValue::with_description("Authorization", "`Token KEY`: the word, a blank, the key");
    components = components.security_scheme(TOKEN, SecurityScheme::ApiKey(ApiKey::Header(header)));
    let info = InfoBuilder::new()
        .title("Insights Data API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Every figure about courses and their learners. `Vary`, `ETag` and 304 work as HTTP has them; \
             a path may also end in `.json` or `.csv` in place of its slash. All times are UTC.",
        ));
    OpenApiBuilder::new()
        .info(info.build())
        .tags(Some(areas.into_iter().map(Tag::new)))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

fn path(resource: &Described) -> PathItem {
    let get = || (HttpMethod::Get, operation(resource, query(resource)));
    let post = || {
        let body = Some(body(&resource.parameters));
        (HttpMethod::Post, operation(resource, Vec::new()).request_body(body))
    };
    let operations = match resource.asked {
        Asked::Get => vec![get()],
        Asked::GetOrPost => vec![get(), post()],
        Asked::Post => vec![post()],
    };
    let path = operations.into_iter().fold(PathItemBuilder::new(), |path, (method, operation)| {
        path.operation(method, operation)
    });
    path.parameters(Some(in_path(resource))).build()
}

fn operation(resource: &Described, parameters: Vec<ParameterBuilder>) -> OperationBuilder {
    let answered = ("200", RefOr::T(answer(&resource.answer)));
    let fails = |status: &str| match status {
        "401" | "403" => !resource.public,
        _ => true,
    };
    let failures = FAILURES.iter().filter(|(status, ..)| fails(status));
    let failures = failures.map(|(status, name, _)| (*status, reference(name)));
    let responses = std::iter::once(answered).chain(failures);
    let responses = responses
        .fold(ResponsesBuilder::new(), |all, (status, response)| all.response(status, response));
    let operation = OperationBuilder::new()
        .tag(resource.area)
        .summary(Some(resource.about))
        .responses(responses.build())
        .parameters(Some(parameters.into_iter().map(ParameterBuilder::build)));
    match resource.public {
        true => operation,
        false => operation.security(SecurityRequirement::new(TOKEN, Vec::<String>::new())),
    }
}

fn reference(name: &str) -> RefOr<Response> {
    RefOr::Ref(utoipa::openapi::Ref::from_response_name(name))
}

/// What stands in braces in the path.
fn in_path(resource: &Described) -> impl Iterator<Item = utoipa::openapi::path::Parameter> {
    let names = resource.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let names: Vec<String> = names.map(str::to_owned).collect();
    let versions = resource.versions;
    names.into_iter().map(move |name| {
        let values = if name == "version" { versions } else { &[] };
        ParameterBuilder::new()
            .schema(Some(text(values)))
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .build()
    })
}

fn query(resource: &Described) -> Vec<ParameterBuilder> {
    let mut parameters: Vec<ParameterBuilder> = resource.parameters.iter().map(in_query).collect();
    if resource.answer.csv {
        let format = Parameter::new("format", "JSON, or CSV; goes before the Accept header")
            .one_of(["json", "csv"]);
        parameters.push(in_query(&format));
        if resource.asked == Asked::Get {
            parameters.push(in_query(&Parameter::list("fields", "the columns of a CSV answer")));
        }
    }
    parameters
}

fn in_query(parameter: &Parameter) -> ParameterBuilder {
    let about = match parameter.is_list {
        true => format!("{}; joined by commas", parameter.about),
        false => parameter.about.to_owned(),
    };
    let values: &[&str] = if parameter.is_list { &[] } else { &parameter.values };
    ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Query)
        .required(if parameter.required { Required::True } else { Required::False })
        .description(Some(about))
        .schema(Some(text(values)))
}

fn text(values: &[&str]) -> Schema {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let values = (!values.is_empty()).then(|| values.to_vec());
    text.enum_values(values).build().into()
}

/// The same parameters in a body: a list is repeated in a form.
fn body(parameters: &[Parameter]) -> RequestBody {
    let fields = parameters.iter().fold(ObjectBuilder::new(), |fields, parameter| {
        let value = text(&parameter.values);
        let value = match parameter.is_list {
            true => Schema::from(ArrayBuilder::new().items(RefOr::T(value)).build()),
            false => value,
        };
        let fields = fields.property(parameter.name, value);
        if parameter.required { fields.required(parameter.name) } else { fields }
    });
    let fields = Schema::from(fields.build());
    let content = || Content::new(Some(fields.clone()));
    RequestBodyBuilder::new()
        .content("application/x-www-form-urlencoded", content())
        .content("application/json", content())
        .content("multipart/form-data", content())
        .build()
}

fn answer(answer: &Answer) -> Response {
    let json = Content::new(Some(answer.schema.clone()));
    let response =
        ResponseBuilder::new().description("The data.").content("application/json", json);
    match answer.csv {
        true => response.content("text/csv", Content::new(Some(text(&[])))).build(),
        false => response.build(),
    }
}

fn failure(about: &str) -> Response {
    let body = Content::new(Some(super::reference::<ErrorBody>()));
    ResponseBuilder::new().description(about).content("application/json", body).build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value;

    /// What a client can rely on, a line for each: a change of it must be meant.
    fn contract(document: &Value) -> Vec<String> {
        let names = |object: &Value| {
            let names = object.as_object().into_iter().flatten().map(|(name, _)| name.clone());
            names.collect::<Vec<_>>().join(" ")
        };
        let mut lines = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in ["get", "post"] {
                let Some(operation) = item.get(method) else { continue };
                let parameters = operation["parameters"].as_array().unwrap().iter();
                let parameters: Vec<_> =
                    parameters.map(|one| one["name"].as_str().unwrap().to_owned()).collect();
                let body = &operation["requestBody"]["content"]["application/json"]["schema"]["properties"];
                let asked = [parameters.join(" "), names(body)].concat();
                lines
                    .push(format!("{method} {path} ({asked}): {}", names(&operation["responses"])));
            }
        }
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            lines.push(format!("{name}: {}", names(&schema["properties"])));
        }
        lines
    }

    #[test]
    fn clients_can_rely_on_what_they_could_before() {
        let document: Value = serde_json::from_str(json()).unwrap();
        insta::assert_snapshot!(contract(&document).join("\n"));
    }

    #[test]
    fn every_type_that_is_named_is_there_and_every_field_says_what_it_is() {
        let document: Value = serde_json::from_str(json()).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for named in json().split("#/components/schemas/").skip(1) {
            let name = named.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
        }
        for (name, schema) in schemas.iter().filter(|(name, _)| *name != "ErrorBody") {
            assert!(schema.get("description").is_some(), "{name}");
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                assert!(schema.to_string().contains("\"description\""), "{name}.{field}");
            }
        }
    }
}
