//! `course-key`: course ids.

use crate::case::{Case, Rows};
use jobs::event::{Json, course_key};

pub fn run(case: &Case) -> Result<Rows, String> {
    let rows = case.input.iter().filter_map(|line| {
        let json = Json::parse(line.as_bytes()).unwrap();
        cell(case, json.text().as_deref()).map(|cell| vec![cell])
    });
    Ok(rows.collect())
}

fn cell(case: &Case, text: Option<&str>) -> Option<String> {
    match case.text("function").unwrap() {
        "is_valid" => Some(text.is_some_and(course_key::is_valid).to_string()),
        "is_valid_org" => Some(text.is_some_and(course_key::is_valid_org).to_string()),
        "org" => course_key::org(text?).map(str::to_owned),
        "filename_safe" => {
            Some(course_key::filename_safe(text?, case.text("replacement").unwrap()))
        }
        "course_key_from_url" => course_key::course_key_from_url(text?),
        other => panic!("no function {other}"),
    }
}
