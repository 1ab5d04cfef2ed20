//! How learners answer: the problems of a course and the answers to one (spec 50 §7.10, §7.11, §8.1 to
//! §8.3).

use std::sync::atomic::Ordering;

use chrono::NaiveDateTime;

use super::ids;
use crate::cell::Record;
use crate::{Error, Statement, Store};

/// The submissions to a part of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRow {
    /// The problem.
    pub module_id: String,
    /// The part.
    pub part_id: String,
    /// Answers of all kinds.
    pub total: i64,
    /// Right ones.
    pub correct: i64,
    /// When the newest row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

/// A tag of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRow {
    /// The problem.
    pub module_id: String,
    /// What the tag is about.
    pub tag_name: String,
    /// What it says.
    pub tag_value: String,
    /// Submissions to the problem.
    pub total_submissions: Option<i64>,
    /// Right ones.
    pub correct_submissions: Option<i64>,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

/// An answer to a part of a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerRow {
    /// The course.
    pub course_id: String,
    /// The problem.
    pub module_id: String,
    /// The part.
    pub part_id: String,
    /// Whether it is right.
    pub correct: Option<bool>,
    /// Learners who gave it, in a table of the older shape.
    pub count: Option<i64>,
    /// The id of a choice.
    pub value_id: Option<String>,
    /// What was answered.
    pub answer_value: Option<String>,
    /// The problem's name.
    pub problem_display_name: Option<String>,
    /// The question.
    pub question_text: Option<String>,
    /// The seed of a randomised problem.
    pub variant: Option<i64>,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
    /// Learners whose first answer it was, in a table of the newer shape.
    pub first_response_count: Option<i64>,
    /// Learners whose last answer it was, in a table of the newer shape.
    pub last_response_count: Option<i64>,
}

/// Learners with one grade in a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct GradeRow {
    /// The problem.
    pub module_id: String,
    /// The course.
    pub course_id: String,
    /// The grade.
    pub grade: Option<f64>,
    /// The best there is.
    pub max_grade: Option<f64>,
    /// Learners.
    pub count: Option<i64>,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

/// Learners who opened a sequential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRow {
    /// The sequential.
    pub module_id: String,
    /// The course.
    pub course_id: String,
    /// Learners.
    pub count: Option<i64>,
    /// When the row was loaded (UTC).
    pub created: Option<NaiveDateTime>,
}

const ANSWERS: &str = "answer_distribution";

impl Store {
    /// The parts of a course's problems, ascending by problem and part.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn problem_parts(&self, course_id: &str) -> Result<Vec<PartRow>, Error> {
        let rows = self.of_answers(|store, shape| store.parts_statement(course_id, shape)).await?;
        rows.iter().map(part_row).collect()
    }

    fn parts_statement(&self, course_id: &str, shape: Shape) -> Statement {
        let count = match shape {
            Shape::New => "last_response_count",
            Shape::Old => "count",
        };
        let (module, part) = (self.bytes_of("module_id"), self.bytes_of("part_id"));
        let course = self.equals("course_id");
        Statement {
            doing: format!("reading {ANSWERS}"),
            parameters: ids(&course, course_id),
            sql: format!(
                "SELECT {module}, {part}, CAST(SUM({count}) AS SIGNED), \
                 CAST(SUM(CASE WHEN correct = 1 THEN {count} END) AS SIGNED), MAX(created) \
                 FROM {ANSWERS} WHERE {course} GROUP BY 1, 2 ORDER BY 1, 2"
            ),
        }
    }

    /// The tags of a course's problems, in the order of loading.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn tags(&self, course_id: &str) -> Result<Vec<TagRow>, Error> {
        let columns =
            "module_id, tag_name, tag_value, total_submissions, correct_submissions, created";
        self.rows_with("tags_distribution", columns, ("course_id", course_id), "id", tag_row).await
    }

    /// The answers to a problem, by part, then in the order of loading.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn answers(&self, module_id: &str) -> Result<Vec<AnswerRow>, Error> {
        let rows =
            self.of_answers(|store, shape| store.answers_statement(module_id, shape)).await?;
        rows.iter().map(answer_row).collect()
    }

    fn answers_statement(&self, module_id: &str, shape: Shape) -> Statement {
        let counts = match shape {
            Shape::New => "NULL, first_response_count, last_response_count",
            Shape::Old => "count, NULL, NULL",
        };
        let columns = format!(
            "course_id, module_id, part_id, correct, value_id, answer_value_text, problem_display_name, \
             question_text, variant, created, {counts}"
        );
        let order = format!("{}, id", self.bytes_of("part_id"));
        self.rows_statement(ANSWERS, &columns, ("module_id", module_id), &order)
    }

    /// The grades of a problem, in the order of loading.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn grades(&self, module_id: &str) -> Result<Vec<GradeRow>, Error> {
        let columns = "module_id, course_id, grade, max_grade, count, created";
        self.rows_with("grade_distribution", columns, ("module_id", module_id), "id", grade_row)
            .await
    }

    /// Who opened a sequential, in the order of loading.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn opens(&self, module_id: &str) -> Result<Vec<OpenRow>, Error> {
        let (table, columns) =
            ("sequential_open_distribution", "module_id, course_id, count, created");
        self.rows_with(table, columns, ("module_id", module_id), "id", open_row).await
    }

    /// The rows of a statement on answers, which differs by the shape of their table. The shape that was found
    /// last is taken to be still there; a table of the other lacks the columns, and is asked once more.
    async fn of_answers(
        &self,
        statement: impl Fn(&Self, Shape) -> Statement,
    ) -> Result<Vec<Record>, Error> {
        let are_old = self.has_old_answers();
        let known = Shape::of(are_old.load(Ordering::Relaxed));
        match self.select_one(statement(self, known)).await {
            Err(Error::Statement { source, .. }) if source.is_missing_column() => {
                let rows = self.select_one(statement(self, known.other())).await?;
                are_old.store(known.other() == Shape::Old, Ordering::Relaxed);
                Ok(rows)
            }
            answer => answer,
        }
    }
}

/// The shape of the table of answers: first and last answers are counted, or in an older one all in one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    New,
    Old,
}

impl Shape {
    const fn of(is_old: bool) -> Self {
        if is_old { Self::Old } else { Self::New }
    }

    const fn other(self) -> Self {
        match self {
            Self::New => Self::Old,
            Self::Old => Self::New,
        }
    }
}

fn part_row(row: &Record) -> Result<PartRow, Error> {
    Ok(PartRow {
        module_id: row.required_text(0)?,
        part_id: row.required_text(1)?,
        total: row.int(2)?.unwrap_or(0),
        correct: row.int(3)?.unwrap_or(0),
        created: row.moment(4)?,
    })
}

fn tag_row(row: &Record) -> Result<TagRow, Error> {
    Ok(TagRow {
        module_id: row.required_text(0)?,
        tag_name: row.required_text(1)?,
        tag_value: row.required_text(2)?,
        total_submissions: row.int(3)?,
        correct_submissions: row.int(4)?,
        created: row.moment(5)?,
    })
}

fn answer_row(row: &Record) -> Result<AnswerRow, Error> {
    Ok(AnswerRow {
        course_id: row.required_text(0)?,
        module_id: row.required_text(1)?,
        part_id: row.required_text(2)?,
        correct: row.int(3)?.map(|flag| flag != 0),
        value_id: row.text(4)?,
        answer_value: row.text(5)?,
        problem_display_name: row.text(6)?,
        question_text: row.text(7)?,
        variant: row.int(8)?,
        created: row.moment(9)?,
        count: row.int(10)?,
        first_response_count: row.int(11)?,
        last_response_count: row.int(12)?,
    })
}

fn grade_row(row: &Record) -> Result<GradeRow, Error> {
    Ok(GradeRow {
        module_id: row.required_text(0)?,
        course_id: row.required_text(1)?,
        grade: row.real(2)?,
        max_grade: row.real(3)?,
        count: row.int(4)?,
        created: row.moment(5)?,
    })
}

fn open_row(row: &Record) -> Result<OpenRow, Error> {
    Ok(OpenRow {
        module_id: row.required_text(0)?,
        course_id: row.required_text(1)?,
        count: row.int(2)?,
        created: row.moment(3)?,
    })
}
