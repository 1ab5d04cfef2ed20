//! How many learners have which grade in a block, and how many opened a sequential (spec 20 §7).

use crate::job::{At, Fill, Input, Job, Step, SumCounts, Work, sum_counts};
use crate::lms::COURSEWARE_STUDENTMODULE;
use crate::lms::dump::DumpReader;
use crate::streaming::output::NULL;
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};

/// The job.
pub const JOB: Job = Job {
    name: "studentmodule-distribution",
    about: "grades of each block and opens of each sequential, counted over learners",
    internal: false,
    inputs: &[Input::new(&COURSEWARE_STUDENTMODULE.rows, At::ImportDate)],
    fills: &[
        Fill { table: &GRADES, at: At::ImportDate },
        Fill { table: &OPENS, at: At::ImportDate },
    ],
    report: None,
    params: &["import_date"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(Map::default())),
        combiner: Some(|_| Ok(Box::new(SumCounts))),
        reducer: |_| Ok(Box::new(Reduce)),
        partition: 3,
        key: 5,
    }]),
};

/// One row: a grade in a block. Grades are told apart by their text: `0.5` and `0.50` are two.
pub const GRADES: Table = Table::result(
    "grade_distribution",
    &[
        Column::required("module_id", Kind::Text(255)),
        Column::required("course_id", Kind::Text(255)),
        Column::new("grade", Kind::Double),
        Column::new("max_grade", Kind::Double),
        Column::required("count", Kind::Int),
    ],
    &[&["module_id"], &["course_id"]],
);

/// One row: a sequential.
pub const OPENS: Table = Table::result(
    "sequential_open_distribution",
    &[
        Column::required("module_id", Kind::Text(255)),
        Column::required("course_id", Kind::Text(255)),
        Column::required("count", Kind::Int),
    ],
    &[&["module_id"], &["course_id"]],
)
.unique(&["module_id", "course_id"]);

/// `table, module_id, course_id, grade, max_grade, 1`; an open has no grades.
#[derive(Default)]
struct Map {
    reader: DumpReader,
}

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [_, module_type, module_id, _, _, grade, _, _, max_grade, _, course_id] =
            match self.reader.read(line) {
                Ok(fields) => fields,
                Err(error) => {
                    out.count("Dump", error.counter(), 1);
                    return Ok(());
                }
            };
        if let Some(grade) = value(grade) {
            let mut row = out.row();
            row.text(GRADES.name).text(module_id).text(course_id);
            row.text(grade).opt(value(max_grade)).int(1).end()?;
        }
        if module_type == b"sequential" {
            let mut row = out.row();
            row.text(OPENS.name).text(module_id).text(course_id);
            row.fields(NULL).fields(NULL).int(1).end()?;
        }
        Ok(())
    }
}

fn value(field: &[u8]) -> Option<&[u8]> {
    (field != b"NULL").then_some(field)
}

struct Reduce;

impl Reducer for Reduce {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let count = sum_counts(values)?;
        let of_grades = &key[..key_len(key, 1)] == GRADES.name.as_bytes();
        let row = if of_grades { key } else { &key[..key_len(key, 3)] };
        out.row().fields(row).int(count).end()
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::{Done, run};

    fn counted(rows: &[&str]) -> Done {
        let lines = rows.iter().map(|row| {
            let [kind, module, grade, most]: [&str; 4] =
                row.split(' ').collect::<Vec<_>>().try_into().unwrap_or_default();
            format!("1,'{kind}','{module}',9,'{{}}',{grade},'t','t',{most},'na','o/c/r'")
        });
        let input = [("courseware_studentmodule", lines.collect())];
        run(&super::JOB, &[("import_date", "2024-03-05")], &input)
    }

    #[test]
    fn grades_are_counted_by_their_text_and_opens_by_their_block() {
        let done = counted(&[
            "problem p 0.5 1",
            "sequential s 1 NULL",
            "problem p 0.50 1",
            "problem p 0.5 1",
            "problem p 'NULL' 1",
            "sequential s NULL NULL",
            "Sequential t NULL NULL",
        ]);
        assert_eq!(
            done.table("grade_distribution"),
            ["p\to/c/r\t0.5\t1\t2", "p\to/c/r\t0.50\t1\t1", "s\to/c/r\t1\t\\N\t1"]
        );
        assert_eq!(done.table("sequential_open_distribution"), ["s\to/c/r\t2"]);
    }

    #[test]
    fn a_line_that_is_no_row_is_counted() {
        let lines = ["1,'problem", "", "1,2"].map(str::to_owned).to_vec();
        let input = [("courseware_studentmodule", lines)];
        let done = run(&super::JOB, &[("import_date", "2024-03-05")], &input);
        assert!(done.rows.is_empty());
        assert_eq!(done.counters.get("Dump", "Discard Unterminated Row"), 1);
        assert_eq!(done.counters.get("Dump", "Discard Row Of Other Width"), 2);
    }
}
