//! Tests of the answer distribution.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::testkit::{Done, reported, run};

/// Answers of part `1` as `second, category, members`.
fn distributed(answers: &[(&str, &str, &str)]) -> Done {
    let line = |(second, category, members): &(&str, &str, &str)| {
        let own = format!(r#""attempt_category":"{category}","problem_id":"p{second}",{members}"#);
        format!("o/c/r\t1\t2015-01-01T00:00:{second}\t{{{own}}}")
    };
    let input = [("problem_check_events", answers.iter().map(line).collect())];
    run(&JOB, &[("date", "2015-02-01")], &input)
}

/// `module: id value (first, last)`.
fn rows(done: &Done) -> Vec<String> {
    let mut rows: Vec<_> = done.table(TABLE.name).iter().map(|row| brief(row)).collect();
    rows.sort();
    rows
}

fn brief(row: &str) -> String {
    let cells = result_row(row.as_bytes()).unwrap().map(|cell| cell.unwrap_or_else(|| "-".into()));
    let [_, module, _, _, first, last, id, value, ..] = cells;
    format!("{module}: {id} {value} ({first}, {last})")
}

const TEXT: &str = r#""response_type":"stringresponse","answer":"#;

#[test]
fn answers_are_counted_by_first_and_last() {
    let [a, b] = ["\" a\"", "\"b\""].map(|answer| format!("{TEXT}{answer}"));
    let answers =
        [("01", "first", &*a), ("02", "last", &*a), ("01", "first", &*b), ("03", "last", &*a)];
    assert_eq!(rows(&distributed(&answers)), ["p03: - a (1, 2)", "p03: - b (1, 0)"]);
}

#[test]
fn the_latest_answer_decides_whatever_the_order_of_lines() {
    let text = format!("{TEXT}\"x\"");
    let other = r#""response_type":"imageresponse","answer":"x""#;
    let named = format!(r#"{TEXT}"<b>y</b>","answer_value_id":"n""#);
    for (answers, expected) in [
        ([("01", "first", other), ("02.000001", "last", &*text)], vec!["p02.000001: - x (1, 1)"]),
        ([("01", "first", &*text), ("01.500000", "last", other)], vec![]),
        (
            [("02.500000", "last", &*named), ("02", "first", &*text)],
            vec!["p02.500000: - x (1, 0)", "p02.500000: n y (0, 1)"],
        ),
        (
            [("02.500000", "last", &*text), ("02", "first", &*named)],
            vec!["p02.500000: - <b>y</b> (1, 0)", "p02.500000: - x (0, 1)"],
        ),
    ] {
        let mut turned = answers;
        turned.reverse();
        for answers in [answers, turned] {
            let done = distributed(&answers);
            assert_eq!(rows(&done), expected, "{answers:?}");
            let discarded =
                done.counters.get("Answer Distribution", "Discard Part Of Other Response Type");
            assert_eq!(discarded, i64::from(expected.is_empty()));
        }
    }
}

#[test]
fn answers_of_one_instant_are_told_apart_by_their_text() {
    let [a, b, c] = ["a", "b", "c"].map(|x| format!(r#"{TEXT}"{x}","problem_display_name":"{x}""#));
    let mut answers = [("01", "first", &*a), ("01", "first", &*b), ("01", "first", &*c)];
    for _ in 0..answers.len() {
        answers.rotate_left(1);
        let done = distributed(&answers);
        for row in done.table(TABLE.name) {
            assert!(row.contains(r#""Problem Display Name":"c""#), "{row}");
        }
        assert_eq!(rows(&done).len(), 3);
    }
}

#[test]
fn reversed_timestamps_sort_backwards() {
    let times = ["2014-12-31T23:59:59", "2015-01-01T00:00:00", "2015-01-01T00:00:00.000001"];
    let reversed = times.map(|time| reversed(time.as_bytes()));
    assert!(reversed.is_sorted_by(|a, b| a > b), "{reversed:?}");
}

#[test]
fn a_result_row_has_nulls_and_numbers() {
    let row = |members: &str| {
        let row = format!("o/c/r\t{{\"ModuleID\":\"m\",\"PartID\":\"1\",{members}}}");
        result_row(row.as_bytes()).unwrap()
    };
    let counts = r#""Correct Answer":1,"First Response Count":2,"Last Response Count":3"#;
    let empty = row(&format!(r#"{counts},"ValueID":"","AnswerValue":"","Variant":"""#));
    let some = |text: &str| Some(text.to_owned());
    let told = ["o/c/r", "m", "1", "1", "2", "3"].map(some);
    assert_eq!((&empty[..6], &empty[6..]), (&told[..], &[const { None }; 6][..]));
    for (text, number) in [
        ("12345678901234567890", some("1.2345678901234567e+19")),
        (" 1. ", some("1.0")),
        (".5", some("0.5")),
        ("+3e2", some("300.0")),
        ("1e400", None),
        ("nan", None),
        ("-inf", None),
        ("infinity", None),
        ("0x10", None),
        ("1,000", None),
        ("1_0", None),
    ] {
        let row = row(&format!(r#"{counts},"AnswerValue":"{text}","Variant":7,"Question":"a\tb""#));
        let expected = [some(text), number, some("7"), None, some("a\tb")];
        assert_eq!(row[7..], expected, "{text}");
    }
    assert!(result_row(b"o/c/r").is_err() && result_row(b"o/c/r\tx").is_err());
}

#[test]
fn an_odd_answer_still_fits_its_columns() {
    let long = "é".repeat(300);
    let odd = |variant: &str| {
        let members = format!(r#""ModuleID":"{long}","ValueID":"{long}","Variant":{variant}"#);
        result_row(format!("o/c/r\t{{{members}}}").as_bytes()).unwrap()
    };
    let cut = Some("é".repeat(255));
    let row = odd("7");
    assert_eq!([&row[1], &row[6], &row[9]], [&cut, &cut, &Some("7".to_owned())]);
    for variant in ["true", "1.5", "\"x\"", "2147483648"] {
        assert_eq!(odd(variant)[9], None, "{variant}");
    }
}

#[test]
fn a_course_file_is_sorted_by_its_columns() {
    let answer = |part: &str, first: i64, variant: &str| {
        format!(r#"{{"PartID":"{part}","First Response Count":{first},"Variant":{variant}}}"#)
    };
    let rows =
        [answer("b", 1, "\"1\""), answer("a", 10, "2"), answer("a", 9, "1"), answer("b", 1, "10")];
    let rows = rows.iter().map(|answer| format!("o/c/r\t{answer}")).chain(["o/c/s\t{}".to_owned()]);
    let files = reported(&JOB, &Params::default(), rows).unwrap();
    let path = "ddecb3dfbc7cd00300f03fe80b58bdb8d629d9aa/o_c_r_answer_distribution.csv";
    let text = String::from_utf8(files[path].clone()).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!((files.len(), lines[0]), (2, &*MEMBERS.join(",")));
    assert_eq!(lines[1..], [",a,,9,,,,1,,", ",a,,10,,,,2,,", ",b,,1,,,,10,,", ",b,,1,,,,1,,", ""]);
}
