//! The interfaces about courses.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use warp::http::{Response, StatusCode};

use crate::manner::Part;
use crate::{Course, Lms, Request, json};

/// Ids on a page where the caller does not say.
const PAGE_SIZE: usize = 100;

impl Lms {
    pub(crate) fn tell(&self, part: Part, request: &Request) -> Response<String> {
        let query = |name: &str| request.query.get(name).map(String::as_str).unwrap_or_default();
        let last = request.path.last().map(String::as_str).unwrap_or_default();
        match part {
            Part::CourseIds => self.course_ids(request),
            Part::Course => self.of_course(last, |course| course.detail.clone()),
            Part::Policy => self.of_course(last, |course| course.policy.clone()),
            _ => self.of_course(query("course_id"), |course| course.blocks.clone()),
        }
    }

    fn of_course(&self, id: &str, of: fn(&Course) -> Value) -> Response<String> {
        match self.state().university.courses.get(id).map(of) {
            Some(Value::Null) | None => {
                json(StatusCode::NOT_FOUND, &json!({"developer_message": "Course not found."}))
            }
            Some(value) => json(StatusCode::OK, &value),
        }
    }

    fn course_ids(&self, request: &Request) -> Response<String> {
        let number = |name: &str| request.query.get(name)?.parse::<usize>().ok();
        let (page, size) =
            (number("page").unwrap_or(1).max(1), number("page_size").unwrap_or(PAGE_SIZE).max(1));
        let state = self.state();
        let person = request.query.get("username").and_then(|name| {
            state.university.people.iter().find(|person| person.username == *name)
        });
        let Some(person) = person else {
            return json(StatusCode::NOT_FOUND, &json!({"detail": "Not found."}));
        };
        let all: Vec<&String> = person.courses.iter().collect();
        let pages = all.len().div_ceil(size).max(1);
        let results: Vec<&String> =
            all.iter().copied().skip((page - 1) * size).take(size).collect();
        let next = (page < pages).then(|| format!("{}next?page={}", self.url(), page + 1));
        let pagination =
            json!({"next": next, "previous": null, "count": all.len(), "num_pages": pages});
        json(StatusCode::OK, &json!({"pagination": pagination, "results": results}))
    }
}

/// The types of assignments that occur in an outline: the more there are, the less each counts.
pub(crate) fn policy_of(blocks: &Value) -> Value {
    let formats = blocks["blocks"].as_object().into_iter().flat_map(|blocks| blocks.values());
    let formats: BTreeSet<&str> = formats
        .filter(|block| block["type"] == "sequential")
        .filter_map(|block| block["format"].as_str())
        .collect();
    let whole = (1..=formats.len()).sum::<usize>().max(1) as f64;
    let one = |(place, format): (usize, &&str)| json!({"assignment_type": format, "count": 1, "dropped": 0, "weight": (place + 1) as f64 / whole});
    formats.iter().enumerate().map(one).collect()
}
