//! `eventlog`: the shared reading of a line.

use crate::case::{Case, Rows};
use jobs::event::{Event, Json, time};

pub fn run(case: &Case) -> Result<Rows, String> {
    let function = case.text("function").unwrap();
    let from_url = case.params.get("from_url").is_some_and(|switch| switch == true);
    let rows = case.input.iter().filter_map(|line| row(function, from_url, line));
    Ok(rows.collect())
}

fn row(function: &str, from_url: bool, line: &str) -> Option<Vec<String>> {
    if function == "timestamp_to_datestamp" {
        let timestamp = Json::parse(line.as_bytes())?.text()?.into_owned();
        return Some(vec![
            jobs::day::of_timestamp(timestamp.as_bytes()).escape_ascii().to_string(),
        ]);
    }
    let event = Event::parse(line.as_bytes()).ok()?;
    Some(match function {
        "parse" => vec![event.json().to_string()],
        "event_time" => {
            let time = event.strict_time()?;
            vec![time::iso_text(time), time.date().to_string()]
        }
        "username" => vec![event.user_name()?.into_owned()],
        "event_data" => vec![event.payload()?.to_string()],
        "course_id" if from_url => vec![event.course_id_or_from_url()?.into_owned()],
        "course_id" => vec![event.course_id()?.into_owned()],
        other => panic!("no function {other}"),
    })
}
