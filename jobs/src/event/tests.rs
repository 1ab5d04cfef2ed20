//! What an event says, line by line.

#![allow(clippy::unwrap_used)]

use super::*;

fn event(line: &str) -> Event<'_> {
    Event::parse(line.as_bytes()).unwrap()
}

fn rejected(line: &str) -> bool {
    Event::parse(line.as_bytes()).is_err_and(|reject| reject == Reject::Unparseable)
}

#[test]
fn text_before_the_event_is_passed_over() {
    for line in [
        r#"{"time": "x"}"#,
        "  {\"time\": \"x\"} \t\r",
        r#"Oct  1 lms [x] INFO - {"time": "x"}"#,
        "\u{feff}{\"time\": \"x\"}",
        r#"1 {"time": "x"}"#,
        r#""{"time": "x"}"#,
    ] {
        assert_eq!(event(line).time(), Some("x"), "{line}");
    }
}

#[test]
fn other_lines_are_rejected() {
    for line in [
        "",
        " \t ",
        "null",
        "[1]",
        "7",
        r#""text""#,
        "true",
        r#"[{"a":1}]"#,
        r#"{"a":1} x"#,
        r#"{"a":1}{"b":2}"#,
        r#"x {a {"b":2}"#,
        r#"worker {3} {"b":2}"#,
        r#"{"a":1"#,
        r#"{"a":1,}"#,
        "{'a':1}",
        "{\"a\":\"\0\"}",
        "\0{\"a\":1}",
        "}{",
    ] {
        assert!(rejected(line), "{line:?}");
    }
}

#[test]
fn hostile_lines_take_little_time_and_no_stack() {
    let deep = "[".repeat(300_000);
    let braces = "{\"a\":".repeat(300_000);
    let quotes = r#"{"a":"\"#.repeat(300_000);
    let long = format!(r#"{{"time":"{}"}}"#, r"\u0041".repeat(1_000_000));
    assert!(
        [deep, braces, quotes].iter().all(|line| rejected(line) && rejected(&format!("{line}}}")))
    );
    assert_eq!(event(&long).time().map(str::len), Some(1_000_000));
}

#[test]
fn the_day_is_a_real_one_before_the_t() {
    let day = |time: &str| event(&format!(r#"{{"time": {time}}}"#)).day().map(str::to_owned);
    assert_eq!(day(r#""2013-12-17T23:59:59+05:30""#).as_deref(), Ok("2013-12-17"));
    assert_eq!(day(r#""2013-12-17""#).as_deref(), Ok("2013-12-17"));
    for missing in ["null", r#""""#, "0", "false", "7", "[]"] {
        assert_eq!(day(missing), Err(Reject::MissingTime), "{missing}");
    }
    for malformed in
        ["sometime last spring", "2013-12-17 15:38:32", "2013-12-172", "2013-02-30T1", "T", " "]
    {
        assert_eq!(day(&format!("{malformed:?}")), Err(Reject::MalformedDay), "{malformed}");
    }
    assert_eq!(event("{}").day(), Err(Reject::MissingTime));
}

#[test]
fn of_equal_fields_the_last_counts() {
    let event = event(
        r#"{"time": "a", "context": {"user_id": 1, "course_id": "o/c/r"}, "t\u0069me": "b",
            "context": {"user_id": 2, "user_id": 3}}"#,
    );
    assert_eq!(event.time(), Some("b"));
    assert_eq!(event.context_user_id().unwrap().integer(), Some(3));
    assert_eq!(event.course_id(), None);
}

#[test]
fn a_context_that_is_no_object_counts_as_absent() {
    for context in ["null", "[]", r#""x""#, "7"] {
        let line = format!(
            r#"{{"context": {context}, "event_source": "server", "event_type": "/courses/a/b/c"}}"#
        );
        let event = event(&line);
        assert!(event.context().is_none() && event.course_id_or_from_url().is_none());
        assert!(event.context_user_id().is_none());
    }
}

#[test]
fn falsy_user_ids_are_none() {
    for id in ["null", r#""""#, "0", "false", "0.0", "[]", "{}"] {
        assert!(
            event(&format!(r#"{{"context": {{"user_id": {id}}}}}"#)).context_user_id().is_none(),
            "{id}"
        );
    }
}

#[test]
fn user_ids_have_a_text_and_a_number() {
    let ids = |id: &str| {
        let line = format!(r#"{{"context": {{"user_id": {id}}}}}"#);
        let event = event(&line);
        (event.user_id_text().map(Cow::into_owned), event.user_id_number())
    };
    for (id, text, number) in [
        ("41", Some("41"), Some(41)),
        ("-41", Some("-41"), Some(-41)),
        ("41.7", Some("41.7"), Some(41)),
        ("-0.5", Some("-0.5"), Some(0)),
        ("true", Some("True"), Some(1)),
        (r#""0""#, Some("0"), Some(0)),
        (r#"" +041 ""#, Some(" +041 "), Some(41)),
        (r#""abc""#, Some("abc"), None),
        (r#""4\t1""#, None, None),
        (r#""4 1""#, Some("4 1"), None),
        (r#""\u0664""#, None, None),
        ("NaN", Some("nan"), None),
        ("1e400", Some("inf"), None),
        ("9223372036854775808", Some("9223372036854775808"), None),
        ("9223372036854775808.0", Some("9.22337203685e+18"), None),
        ("[1]", None, None),
        (r#"{"a":1}"#, None, None),
    ] {
        assert_eq!(ids(id), (text.map(str::to_owned), number), "{id}");
    }
}

#[test]
fn user_names_are_stripped() {
    let name = |name: &str| {
        let line = format!(r#"{{"username": {name}}}"#);
        event(&line).user_name().map(Cow::into_owned)
    };
    assert_eq!(name(r#""mira\n""#).as_deref(), Some("mira"));
    assert_eq!(name(r#""\u00a0mira x""#).as_deref(), Some("mira x"));
    for none in [r#"" \u2028 ""#, r#""""#, "null", "7", "[]"] {
        assert_eq!(name(none), None, "{none}");
    }
}

#[test]
fn the_url_is_asked_only_where_the_context_has_no_course() {
    let course = |context: &str, source: &str| {
        let line = format!(
            r#"{{"context": {context}, "event_source": "{source}",
                 "event_type": "/courses/a/b/server", "page": "http://x/courses/a/b/page"}}"#
        );
        event(&line).course_id_or_from_url().map(Cow::into_owned)
    };
    for context in
        ["{}", r#"{"course_id": null}"#, r#"{"course_id": ""}"#, r#"{"course_id": " \n"}"#]
    {
        assert_eq!(course(context, "server").as_deref(), Some("a/b/server"), "{context}");
        assert_eq!(course(context, "browser").as_deref(), Some("a/b/page"), "{context}");
        assert_eq!(course(context, "mobile"), None, "{context}");
    }
    for context in
        [r#"{"course_id": "bad"}"#, r#"{"course_id": 7}"#, r#"{"course_id": []}"#, "null"]
    {
        assert_eq!(course(context, "server"), None, "{context}");
    }
    assert_eq!(course(r#"{"course_id": " o/c/r\n"}"#, "mobile").as_deref(), Some("o/c/r"));
}

#[test]
fn server_events_are_told_by_type_and_source() {
    let is = |line: &str| event(line).is_server_event("problem_check");
    assert!(is(r#"{"event_type": "problem_check", "event_source": "server"}"#));
    assert!(!is(r#"{"event_type": "problem_check", "event_source": "browser"}"#));
    assert!(!is(r#"{"event_type": "problem_checked", "event_source": "server"}"#));
    assert!(!is(r#"{"event_type": "problem\u005fcheck", "event_source": "server"}"#));
    assert!(is(
        r#"{"event_type": "problem\u005fcheck", "event_source": "server", "name": "problem_check"}"#
    ));
}

fn payload(event_field: &str) -> Option<String> {
    let line = format!(r#"{{"event": {event_field}}}"#);
    event(&line).payload().map(|payload| payload.to_string())
}

#[test]
fn a_payload_is_an_object_or_the_text_of_one() {
    for (field, object) in [
        (r#"{"a": [1]}"#, Some(r#"{"a":[1]}"#)),
        (r#"" {\"a\": \"\\u00e9\"}\u000b""#, Some(r#"{"a":"é"}"#)),
        (r#""""#, Some("{}")),
        (r#""{}""#, Some("{}")),
        (r#""{\"a\": NaN}""#, Some(r#"{"a":NaN}"#)),
        (r#"" ""#, None),
        (r#""a=3&b=4""#, None),
        (r#""x{\"a\":1}""#, None),
        (r#""{\"a\":1} x""#, None),
        (r#""{\"a\":\"\u0000\"}""#, None),
        (r#""null""#, None),
        (r#""[{}]""#, None),
        (r#""\"{}\"""#, None),
        ("null", None),
        ("[{}]", None),
        ("1", None),
        ("true", None),
    ] {
        assert_eq!(payload(field).as_deref(), object, "{field}");
    }
    assert!(event("{}").payload().is_none());
}

#[test]
fn a_payload_cut_at_512_characters_is_none() {
    let of_length = |start: &str, length: usize| {
        let fill = "é".repeat(length - start.chars().count() - 2);
        payload(&serde_json::Value::from(format!("{start}{fill}\"}}")).to_string())
    };
    assert!(of_length(r#"{"POST": ""#, 512).is_none());
    assert!(of_length(r#"{"POST": ""#, 511).is_some());
    assert!(of_length(r#"{"POST": ""#, 513).is_some());
    assert!(of_length(r#"{"GETS": ""#, 512).is_some());
}

#[test]
fn an_augmented_payload_has_time_user_and_context() {
    let line = r#"{"time": "2013-12-17T15:38:32.8+00:00", "username": " m ", "context": {"b": 1, "a": 2},
                   "event": "{\"username\": \"other\", \"x\": 1}"}"#;
    let augmented = event(line).augmented_payload();
    let expected = r#"{"context":{"a":2,"b":1},"timestamp":"2013-12-17T15:38:32.800000","username":" m ","x":1}"#;
    assert_eq!(augmented.as_deref(), Some(expected));
    for missing in ["time", "username", "context", "event"] {
        let line = line.replace(&format!("\"{missing}\":"), "\"other\":");
        assert_eq!(event(&line).augmented_payload(), None, "{missing}");
    }
    assert_eq!(event(&line.replace("\" m \"", "null")).augmented_payload(), None);
}

#[test]
fn other_fields_are_found_too() {
    let event = event(
        r#"x {"host": "", "synthesized": {"reason": "r"}, "ip": "1.2.3.4, 5", "page": null}"#,
    );
    assert_eq!(event.get("host").and_then(Json::text).as_deref(), Some(""));
    assert!(event.get("synthesized").is_some() && event.get("augmented").is_none());
    assert_eq!(event.ip().as_deref(), Some("1.2.3.4, 5"));
    assert_eq!(event.page(), None);
    assert!(event.line().starts_with(b"x {") && event.json().raw().starts_with(b"{"));
}

#[test]
fn bytes_that_are_no_utf8_are_replaced() {
    let event =
        Event::parse(b"{\"username\": \"a\xff\xc3\xa9\", \"time\": \"\xed\xa0\x80\"}").unwrap();
    assert_eq!(event.user_name().as_deref(), Some("a\u{fffd}é"));
    assert!(event.time().is_some_and(|time| time.starts_with('\u{fffd}')));
}
