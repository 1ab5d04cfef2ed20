//! An answer against what a line expects of it, by the rules of the conformance folder.

use serde_json::{Map, Value};

use crate::case::{Accepted, Case};
use crate::running::Answer;

/// What is wrong with the answer.
pub fn check(case: &Case, answer: &Answer, base: &str) -> Result<(), String> {
    let fixes = case.quirk.as_ref().filter(|quirk| quirk.verdict == "FIX");
    match fixes {
        Some(quirk) if quirk.accept.iter().any(|accepted| accepts(accepted, case, answer)) => {
            Ok(())
        }
        Some(_) => Err(format!("no accepted answer is {} {}", answer.status, text(answer))),
        None => as_expected(case, answer, base),
    }
}

fn accepts(accepted: &Accepted, case: &Case, answer: &Answer) -> bool {
    let body = || serde_json::from_slice::<Value>(&answer.body).ok();
    accepted.status.is_none_or(|status| status == answer.status)
        && accepted
            .json
            .as_ref()
            .is_none_or(|json| body().is_some_and(|body| same(case, json, &body)))
}

fn as_expected(case: &Case, answer: &Answer, base: &str) -> Result<(), String> {
    if answer.status != case.status {
        return Err(format!(
            "status {} in place of {}: {}",
            answer.status,
            case.status,
            text(answer)
        ));
    }
    headers(case, answer, base)?;
    let expected = &case.body;
    if let Some(json) = &expected.json {
        let json: Value = serde_json::from_str(&json.to_string().replace("{base}", base)).unwrap();
        let mut body = serde_json::from_slice(&answer.body)
            .map_err(|error| format!("{error}: {}", text(answer)))?;
        name_link(case, &mut body);
        return ensure(same(case, &json, &body), || format!("{body} in place of {json}"));
    }
    if let Some(csv) = &expected.csv {
        let (found, wanted) = (rows(case, &text(answer)), rows(case, csv));
        return ensure(found == wanted, || format!("{found:?} in place of {wanted:?}"));
    }
    if let Some(wanted) = &expected.text {
        return ensure(text(answer) == *wanted, || {
            format!("{:?} in place of {wanted:?}", text(answer))
        });
    }
    if let Some(subset) = &expected.subset {
        return members(subset, answer);
    }
    ensure(!expected.empty || answer.body.is_empty(), || format!("a body: {}", text(answer)))
}

/// Puts the address that the case has in place of a link that is as one must be.
fn name_link(case: &Case, body: &mut Value) {
    let Some(link) = body.get_mut("download_url") else { return };
    let storage = case.storage.as_ref();
    if let Some(url) = storage.and_then(|storage| storage.in_place_of(link.as_str()?)) {
        *link = url.into();
    }
}

fn headers(case: &Case, answer: &Answer, base: &str) -> Result<(), String> {
    let found = |name: &str| {
        let name = name.to_lowercase();
        answer.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str())
    };
    for (name, wanted) in &case.headers {
        let wanted = &wanted.replace("{base}", base);
        let value = found(name).ok_or_else(|| format!("no header {name}"))?;
        let media_type =
            |value: &str| value.split(';').next().unwrap_or_default().trim().to_owned();
        let is_type = name.eq_ignore_ascii_case("content-type");
        let equal = if is_type { media_type(value) == media_type(wanted) } else { value == wanted };
        ensure(equal, || format!("{name}: {value} in place of {wanted}"))?;
    }
    let present = case.absent_headers.iter().find(|name| found(name).is_some());
    present.map_or(Ok(()), |name| Err(format!("a header {name}")))
}

fn members(subset: &Map<String, Value>, answer: &Answer) -> Result<(), String> {
    let body: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    let missing = subset.iter().find(|(name, value)| body.get(name.as_str()) != Some(value));
    missing.map_or(Ok(()), |(name, value)| Err(format!("{name} is not {value} in {body}")))
}

/// Equal but for the order of the arrays whose order is free.
fn same(case: &Case, wanted: &Value, found: &Value) -> bool {
    let (mut wanted, mut found) = (wanted.clone(), found.clone());
    for place in &case.unordered {
        sort(&mut wanted, place);
        sort(&mut found, place);
    }
    wanted == found
}

fn sort(value: &mut Value, place: &str) {
    let (next, rest) = place.split_once('/').unwrap_or((place, ""));
    match (next, value) {
        ("", Value::Array(values)) => values.sort_by_key(Value::to_string),
        ("*", Value::Array(values)) => values.iter_mut().for_each(|value| sort(value, rest)),
        (name, Value::Object(members)) => {
            if let Some(member) = members.get_mut(name) {
                sort(member, rest);
            }
        }
        _ => {}
    }
}

fn rows(case: &Case, csv: &str) -> Vec<String> {
    let mut rows: Vec<String> = csv.split_inclusive("\r\n").map(str::to_owned).collect();
    if case.unordered_rows && rows.len() > 1 {
        rows[1..].sort();
    }
    rows
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

#[test]
fn a_wrong_answer_does_not_pass() {
    let line = r#"{"name":"n","profile":"core","source":"s","status":200,"request":{"method":"GET","path":"/"},
                   "headers":{"Content-Type":"application/json"},"json":[{"a":[1,2]}],"unordered":["*/a"]}"#;
    let case: Case = serde_json::from_str(line).unwrap();
    let answer = |status, body: &str, kind: &str| Answer {
        status,
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.as_bytes().to_vec(),
    };
    let checked = |answer: &Answer| check(&case, answer, "http://x").is_ok();
    assert!(checked(&answer(200, r#"[{"a":[2,1]}]"#, "application/json; charset=utf-8")));
    assert!(!checked(&answer(200, r#"[{"a":[2,2]}]"#, "application/json")));
    assert!(!checked(&answer(404, r#"[{"a":[1,2]}]"#, "application/json")));
    assert!(!checked(&answer(200, r#"[{"a":[1,2]}]"#, "text/csv")));
    assert!(!checked(&answer(200, "nonsense", "application/json")));
}
