//! Tests of the places of responses, and of reports.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::testkit::run;

fn response(problem: &str, user: &str, score: &str) -> String {
    let date = "2015-01-01 00:00:01.250000";
    format!(
        "o/c/r\t{problem}_1\t{problem}\tP\t{user}\tQ?\t{score}\t1\t\\N\ta\0b\t2\t{date}\t{date}\t\t0"
    )
}

fn block(id: &str, course: &str, path: &str, sort_idx: i64) -> String {
    format!("{id}\t{course}\tproblem\tP\t0\t0\t0\tv\t{path}\t{sort_idx}")
}

fn located(responses: Vec<String>, blocks: Vec<String>) -> Vec<String> {
    let input = [("problem_response_latest", responses), ("course_blocks", blocks)];
    run(&JOB, &[("datetime", "2015-02-01")], &input).table(TABLE.name)
}

/// Rows as `username, location, sort_idx`.
fn brief(rows: &[String]) -> Vec<String> {
    let short = |row: &String| {
        let cells: Vec<_> = row.split('\t').collect();
        format!("{}: {} {}", cells[4], cells[13], cells[14])
    };
    rows.iter().map(short).collect()
}

#[test]
fn rows_stand_in_the_order_of_the_report() {
    let mut responses = vec![
        response("q9", "u", "1"),
        response("q10", "v", "1"),
        response("q9", "B", "1"),
        response("gone", "w", "1"),
    ];
    let blocks = vec![block("q9", "o/c/r", "C / U", 9), block("q10", "o/c/r", "", 10)];
    for _ in 0..responses.len() {
        responses.rotate_left(1);
        let rows = located(responses.clone(), blocks.clone());
        let expected =
            ["w: (Deleted block :) / P -1", "B: C / U / P 9", "u: C / U / P 9", "v:  / P 10"];
        assert_eq!(brief(&rows), expected);
    }
}

#[test]
fn every_block_of_the_problems_id_gives_a_row() {
    let blocks = vec![block("q", "other/c/r", "X", 7), block("q", "o/c/r", "C", 3)];
    let rows = located(vec![response("q", "u", "1")], blocks);
    assert_eq!(brief(&rows), ["u: C / P 3", "u: X / P 7"]);
}

#[test]
fn scores_are_those_that_32_bits_hold() {
    for (score, single) in [
        ("0.333333333333", "0.33333334"),
        ("1", "1.0"),
        ("0.1", "0.1"),
        ("\\N", "\\N"),
        ("16777217", "16777216.0"),
    ] {
        let row = located(vec![response("q", "u", score)], vec![]).remove(0);
        assert_eq!(row.split('\t').nth(6), Some(single), "{score}");
    }
}

fn report(params: &[(&str, &str)]) -> (String, String) {
    let mut params = params.to_vec();
    params.push(("datetime", "2015-02-01"));
    let latest = vec![response("q", "u", "1")];
    let done = run(&JOB, &params, &[("problem_response_latest", latest)]);
    let (path, bytes) = done.reports.into_iter().next().unwrap();
    (path, String::from_utf8(bytes).unwrap())
}

#[test]
fn a_report_has_all_columns_unless_fields_are_named() {
    let (path, text) = report(&[]);
    assert_eq!(path, "o_c_r_problem_response.csv");
    let names: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
    let date = "2015-01-01 00:00:01.250000+00:00";
    let row =
        format!("o/c/r,q_1,q,P,u,Q?,1.0,1.0,None,a|b,2,{date},{date},(Deleted block :) / P,-1");
    assert_eq!(text, format!("{}\r\n{row}\r\n", names.join(",")));
    let (path, text) = report(&[
        ("report_fields", r#"["answer", "nope", "first_attempt_date"]"#),
        ("report_field_list_delimiter", r#"";\t""#),
        ("report_field_datetime_format", "%d %f%%f"),
        ("report_filename_template", "x/{course_id}.csv"),
    ]);
    assert_eq!(path, "x/o_c_r.csv");
    assert_eq!(text, "answer,nope,first_attempt_date\r\na;\tb,None,01 250000%f\r\n");
}

#[test]
fn parameters_that_cannot_be_read_are_refused() {
    for (name, text) in [
        ("report_fields", "answer"),
        ("report_fields", r#"{"a": 1}"#),
        ("report_fields", "[1]"),
        ("report_field_datetime_format", "%Q"),
    ] {
        let error = Reports::new(&[(name, text)].into_iter().collect()).err().unwrap().to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_delimiter_may_stand_in_quotes() {
    for (given, read) in [("|", "|"), ("\"\\t\"", "\t"), ("'; '", "; "), ("\"", "\""), ("", "")] {
        assert_eq!(literal(given), read, "{given}");
    }
}

#[test]
fn ranks_sort_as_numbers_do() {
    let ranks = [i64::MIN, -1, 0, 9, 10, i64::MAX].map(rank);
    assert!(ranks.is_sorted());
}
