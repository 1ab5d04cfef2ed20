//! The courses of the LMS, as its courses API lists them (spec 20 §6).

use crate::event::Json;
use crate::job::{At, Fill, Input, Job, KeepAll, Step, WHOLE_LINE, Work};
use crate::record::field::read_date_time;
use crate::streaming::{Error, Mapper, Output};
use crate::table::{Column, Kind, Table};
use crate::text::{collapse_white_space, date_time_text, first_characters, is_longer};

/// The job.
pub const JOB: Job = Job {
    name: "course-list",
    about: "courses of the LMS, as its courses API lists them",
    internal: false,
    inputs: &[Input::new(&COURSE_LIST_RAW, At::DateTime)],
    fills: &[Fill { table: &TABLE, at: At::DateTime }],
    report: None,
    params: &["datetime", "partition_format"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(Courses)),
        combiner: None,
        reducer: |_| Ok(Box::new(KeepAll)),
        partition: 1,
        key: WHOLE_LINE,
    }]),
};

/// What the courses API answered, as files `course_list.json`: a course a line. Its lines are no
/// rows: the one column stands for the whole line.
pub const COURSE_LIST_RAW: Table =
    Table::staged("course_list_raw", &[Column::new("course", Kind::Json)]);

const TEXT: Kind = Kind::Text(255);

/// One row: a course.
pub const TABLE: Table = Table::staged(
    "course_list",
    &[
        Column::required("course_id", TEXT),
        Column::required("name", TEXT),
        Column::required("org", TEXT),
        Column::required("number", TEXT),
        Column::required("blocks_url", Kind::LongText),
        Column::new("short_description", TEXT),
        Column::new("enrollment_start", Kind::Timestamp),
        Column::new("enrollment_end", Kind::Timestamp),
        Column::new("start_date", Kind::Timestamp),
        Column::new("end_date", Kind::Timestamp),
        Column::new("start_display", TEXT),
        Column::new("start_type", TEXT),
        Column::new("effort", TEXT),
        Column::new("pacing", TEXT),
    ],
);

/// How a field of a course becomes a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Needed; a course with a longer one is left out.
    Id,
    /// Needed, of any length.
    Address,
    /// Needed, cut, then its white space collapsed.
    Name,
    /// Cut, then its white space collapsed.
    Prose,
    /// Its white space collapsed; a course with a longer one is left out.
    Label,
    /// A date-time; one that cannot be read is NULL.
    Time,
}

/// The fields of the columns behind the course id, in order.
const FIELDS: [(&str, Form); 13] = [
    ("name", Form::Name),
    ("org", Form::Id),
    ("number", Form::Id),
    ("blocks_url", Form::Address),
    ("short_description", Form::Prose),
    ("enrollment_start", Form::Time),
    ("enrollment_end", Form::Time),
    ("start", Form::Time),
    ("end", Form::Time),
    ("start_display", Form::Label),
    ("start_type", Form::Label),
    ("effort", Form::Prose),
    ("pacing", Form::Label),
];

/// The most characters of a text.
const LONGEST: usize = 255;

struct Courses;

impl Mapper for Courses {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        match cells(line, out) {
            Ok(cells) => {
                let mut row = out.row();
                for cell in cells {
                    row.opt_str(cell);
                }
                row.end()
            }
            Err(reason) => {
                out.count("Course List", reason, 1);
                Ok(())
            }
        }
    }
}

fn cells(line: &[u8], out: &mut Output) -> Result<Vec<Option<String>>, &'static str> {
    let course = Json::parse(line).filter(|json| json.is_object());
    let course = course.ok_or("Discard Malformed Course")?;
    // An id of null is an id.
    let id = course.get("id").or_else(|| course.get("course_id"));
    let mut cells = vec![cell(id, Form::Id, out)?];
    for (field, form) in FIELDS {
        cells.push(cell(course.get(field), form, out)?);
    }
    Ok(cells)
}

fn cell(value: Option<Json>, form: Form, out: &mut Output) -> Result<Option<String>, &'static str> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        let needed = matches!(form, Form::Id | Form::Address | Form::Name);
        return if needed { Err("Discard Course Without Needed Field") } else { Ok(None) };
    };
    let text = value.text().ok_or("Discard Malformed Course")?;
    let long = is_longer(&text, LONGEST);
    Ok(match form {
        Form::Id | Form::Label if long => return Err("Discard Course With Long Field"),
        Form::Id | Form::Address => Some(text.into_owned()),
        Form::Name | Form::Prose => Some(cut_and_collapsed(&text)),
        Form::Label => Some(collapse_white_space(&text).into_owned()),
        Form::Time => {
            let time = read_date_time(&text).map(date_time_text);
            if time.is_none() {
                out.count("Course List", "Discard Unreadable Time", 1);
            }
            time
        }
    })
}

/// A name as rows hold it: cut to 255 characters, then each run of white space made one blank.
pub(super) fn cut_and_collapsed(text: &str) -> String {
    collapse_white_space(first_characters(text, LONGEST)).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    const GOOD: &str = r#"{"id": "c", "name": "N", "org": "o", "number": "n", "blocks_url": "u"}"#;

    /// The course's rows, and what was counted.
    fn listed(line: &str) -> (Vec<String>, Vec<String>) {
        let input = [("course_list_raw", vec![line.to_owned()])];
        let done = run(&super::JOB, &[("datetime", "2016-09-08")], &input);
        let counted = done.counters.iter().map(|(_, name, _)| name.to_owned()).collect();
        (done.table("course_list"), counted)
    }

    /// The columns behind those that are needed, of a course with one more field.
    fn with(field: &str, value: &str) -> (String, Vec<String>) {
        let (rows, counted) = listed(&GOOD.replace('}', &format!(r#", "{field}": {value}}}"#)));
        (rows[0].split('\t').skip(5).collect::<Vec<_>>().join(","), counted)
    }

    #[test]
    fn times_are_read_from_their_digits_and_bad_ones_are_null() {
        let at = |time: &str| format!("\\N,\\N,\\N,{time},\\N,\\N,\\N,\\N,\\N");
        for (written, time) in [
            ("2026-01-02", "2026-01-02 00:00:00.000000"),
            ("2026-1-2T3:4:5.5Z", "2026-01-02 03:04:05.500000"),
        ] {
            assert_eq!(with("start", &format!("{written:?}")), (at(time), vec![]));
        }
        for bad in ["", "soon", "2026-01-02T03:04:05+05:00", "1899-01-01"] {
            let counted = vec!["Discard Unreadable Time".to_owned()];
            assert_eq!(with("start", &format!("{bad:?}")), (at("\\N"), counted), "{bad}");
        }
    }

    #[test]
    fn names_are_cut_and_then_collapsed() {
        let long = format!("\"{} \t {}\"", "é".repeat(253), "y".repeat(9)).replace('\t', "\\t");
        let (row, counted) = with("effort", &long);
        assert_eq!(row, format!("\\N,\\N,\\N,\\N,\\N,\\N,\\N,{} ,\\N", "é".repeat(253)));
        assert!(counted.is_empty());
    }

    #[test]
    fn a_course_that_does_not_fit_is_counted() {
        let long = "x".repeat(256);
        for (good, bad, reason) in [
            (
                r#""id": "c""#,
                r#""id": null, "course_id": "c""#,
                "Discard Course Without Needed Field",
            ),
            (r#""name": "N", "#, "", "Discard Course Without Needed Field"),
            (r#""o""#, &format!("{long:?}"), "Discard Course With Long Field"),
            (r#""u""#, &format!(r#""u", "pacing": {long:?}"#), "Discard Course With Long Field"),
            (r#""N""#, "7", "Discard Malformed Course"),
            ("}", "", "Discard Malformed Course"),
        ] {
            assert!(GOOD.contains(good), "{good}");
            let (rows, counted) = listed(&GOOD.replace(good, bad));
            assert_eq!((rows, counted), (vec![], vec![reason.to_owned()]), "{bad}");
        }
        assert_eq!(listed(GOOD).0.len(), 1);
    }
}
