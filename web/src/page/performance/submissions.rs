//! Right and wrong submissions, of a problem or of many, as all tables of the lens show them (spec 60 §2.11).

use std::collections::HashMap;
use std::iter::Sum;

use api_client::Problem;
use chrono::NaiveDateTime;

use super::natural;
use crate::chart::split::{self, CORRECT, Split};
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::chart::{Drawing, LegendEntry, Words};
use crate::format;
use crate::page::drill::below;
use crate::page::report::{self, Chart, Figures, Freshness, Missing};
use crate::page::tree::Part;
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::outline::Block;

/// The learners' last submissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Submissions {
    /// All of them.
    pub total: i64,
    /// Those that are right, partly right ones among them.
    pub correct: i64,
}

impl Submissions {
    /// So many, and of them so many right ones.
    pub fn new(total: i64, correct: i64) -> Self {
        Self { total: total.max(0), correct: correct.max(0) }
    }

    fn incorrect(self) -> i64 {
        (self.total - self.correct).max(0)
    }

    fn share(self, part: i64) -> f64 {
        if self.total == 0 { 0.0 } else { part as f64 / self.total as f64 }
    }

    /// Whether nobody submitted anything.
    pub fn is_none(self) -> bool {
        self.total == 0
    }
}

impl Sum for Submissions {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            total: sum.total.saturating_add(one.total),
            correct: sum.correct.saturating_add(one.correct),
        })
    }
}

/// The records of a course's problems by their ids.
pub struct Tried<'a>(HashMap<&'a str, &'a Problem>);

impl<'a> Tried<'a> {
    /// All records.
    pub fn new(problems: &'a [Problem]) -> Self {
        Self(problems.iter().map(|problem| (problem.module_id.as_str(), problem)).collect())
    }

    /// The submissions to a block; none where nobody tried.
    pub fn submissions(&self, block: &Block) -> Submissions {
        let record = self.0.get(block.id.as_str());
        record.map_or_else(Submissions::default, |problem| {
            Submissions::new(problem.total_submissions, problem.correct_submissions)
        })
    }

    /// The submissions to all blocks of a part.
    pub fn of_part(&self, part: &Part<'_>) -> Submissions {
        part.all().into_iter().map(|block| self.submissions(block)).sum()
    }

    /// Where the answers to the first part of a problem are, below an address.
    pub fn answers(&self, base: &str, block: &Block) -> Option<String> {
        let problem = self.0.get(block.id.as_str())?;
        let first = problem.part_ids.iter().min_by(|a, b| natural(a, b))?;
        (problem.total_submissions > 0).then(|| answers_at(base, &block.id, first))
    }
}

/// Where the answers to a part of a problem are, below an address.
pub fn answers_at(base: &str, problem: &str, part: &str) -> String {
    let base = below(base, "problems", problem);
    format!("{}answer_distribution/", below(&base, "parts", part))
}

/// When the newest of the figures was loaded.
pub fn newest(problems: &[Problem]) -> Option<NaiveDateTime> {
    problems.iter().filter_map(|problem| problem.created).max()
}

/// A part of the course, or a problem.
pub struct Row {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub link: Option<String>,
    /// What was submitted.
    pub submissions: Submissions,
    /// How many problems it has; none for a problem itself.
    pub problems: Option<usize>,
    /// What a tag says of it.
    pub difficulty: Option<String>,
}

/// What a table of submissions is of.
pub struct Subject<'a> {
    /// The heading of names.
    pub name: String,
    /// The entry of the help.
    pub help: &'static str,
    /// The text for the last line.
    pub line: &'static str,
    /// Where nobody has submitted anything: `nothing-WHAT`.
    pub nothing: &'a str,
    /// When the figures were loaded.
    pub created: Option<NaiveDateTime>,
    /// Said below.
    pub remark: Option<String>,
}

impl Row {
    /// Right and wrong submissions, a problem.
    fn averages(&self) -> [f64; 2] {
        let problems = self.problems.unwrap_or(1).max(1) as f64;
        [self.submissions.correct, self.submissions.incorrect()].map(|n| n as f64 / problems)
    }

    /// An average in words, or a count.
    fn label(&self, value: f64) -> String {
        if self.problems.is_some() { format::decimal(value) } else { format::number(value as i64) }
    }
}

/// The rows with their chart.
///
/// # Errors
/// Nobody has submitted anything.
pub fn figures(visit: &Visit, rows: &[Row], subject: Subject<'_>) -> Result<Figures, Missing> {
    let texts = visit.texts();
    let all: Submissions = rows.iter().map(|row| row.submissions).sum();
    if all.is_none() {
        return Err(Missing::nothing(texts, subject.nothing));
    }
    let share = format::card_percent(all.share(all.correct));
    Ok(Figures {
        summary: texts.say_of("submissions-summary", "share", &share),
        freshness: Freshness { through: None, created: subject.created, line: subject.line },
        ranges: Vec::new(),
        cards: Vec::new(),
        charts: vec![Chart {
            drawing: chart(texts, rows, subject.help, &share),
            help: subject.help,
            note: None,
            choices: Vec::new(),
        }],
        table: table(texts, rows, &subject),
        csv: report::own_csv(visit),
        remark: subject.remark,
    })
}

/// What is right and what is wrong, in words and colours.
pub fn legend(texts: &Texts, averages: bool) -> [LegendEntry; 2] {
    let names =
        if averages { ["average-correct", "average-incorrect"] } else { ["correct", "incorrect"] };
    let [right, wrong] = names.map(|name| texts.say(name));
    [LegendEntry { name: right, look: CORRECT[0] }, LegendEntry { name: wrong, look: CORRECT[1] }]
}

fn chart(texts: &Texts, rows: &[Row], help: &str, share: &str) -> Drawing {
    let averages = rows.iter().any(|row| row.problems.is_some());
    let split = |row: &Row| {
        let (values, all) = (row.averages(), row.submissions);
        let shares = [all.share(all.correct), all.share(all.incorrect())];
        let label =
            |at: usize| format!("{} ({})", row.label(values[at]), format::percent(shares[at]));
        Split {
            name: row.name.clone(),
            head: row.name.clone(),
            link: row.link.clone(),
            values,
            labels: [label(0), label(1)],
        }
    };
    let splits: Vec<Split> = rows.iter().map(split).collect();
    let words = Words {
        id: "submissions",
        title: texts.say(&format!("term-{help}")),
        description: texts.say_with(
            "submissions-chart",
            &[("count", rows.len().into()), ("share", share.into())],
        ),
        x: String::new(),
        y: texts.say(if averages { "axis-average-submissions" } else { "axis-submissions" }),
    };
    split::lying(&words, &legend(texts, averages), &splits)
}

fn table(texts: &Texts, rows: &[Row], subject: &Subject<'_>) -> Table {
    let averages = rows.iter().any(|row| row.problems.is_some());
    let difficulty = rows.iter().any(|row| row.difficulty.is_some());
    let [right, wrong] = legend(texts, averages).map(|entry| entry.name);
    let mut columns = vec![
        Column::figures("order", texts.say("column-order")),
        Column::words("name", subject.name.clone()),
    ];
    if averages {
        columns.push(Column::figures("problems", texts.say("column-problems")));
    }
    if difficulty {
        columns.push(Column::words("difficulty", texts.say("column-difficulty")));
    }
    let total = if averages { "column-average-submissions" } else { "column-total" };
    columns.extend([
        Column::figures("correct", right),
        Column::figures("incorrect", wrong),
        Column::figures("total", texts.say(total)),
        Column::figures("correct_percent", texts.say("column-percentage-correct")),
    ]);
    Table {
        id: "data",
        title: texts.say(&format!("term-{}", subject.help)),
        columns,
        rows: rows.iter().enumerate().map(|(at, row)| cells(at, row, difficulty)).collect(),
        footer: None,
        order: ("order", Order::Ascending),
        page_size: None,
    }
}

fn cells(index: usize, row: &Row, difficulty: bool) -> Vec<Cell> {
    let [right, wrong] = row.averages();
    let figure = |value: f64| Cell::or_dash(row.label(value), value);
    let mut cells = vec![
        Cell::number(index as i64 + 1),
        Cell {
            link: row.link.clone(),
            ..Cell::text(row.name.clone(), Key::Text(row.name.clone()))
        },
    ];
    cells.extend(row.problems.map(|problems| Cell::number(problems as i64)));
    if difficulty {
        let text = row.difficulty.clone().unwrap_or_default();
        cells.push(Cell::text(text.clone(), Key::Text(text)));
    }
    let share = row.submissions.share(row.submissions.correct);
    let total = row.submissions.total as f64 / row.problems.unwrap_or(1).max(1) as f64;
    cells.extend([figure(right), figure(wrong), figure(total), Cell::share_or_dash(share)]);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_a_problem_and_shares_of_the_sums() {
        let row = |problems| Row {
            name: String::new(),
            link: None,
            submissions: Submissions::new(10, 4),
            problems,
            difficulty: None,
        };
        assert_eq!(row(Some(4)).averages(), [1.0, 1.5]);
        assert_eq!(row(None).averages(), [4.0, 6.0]);
        let all: Submissions = [Submissions::new(10, 4), Submissions::new(2, 2)].into_iter().sum();
        assert_eq!((all, all.share(all.correct)), (Submissions::new(12, 6), 0.5));
        assert_eq!(Submissions::default().share(0), 0.0);
        // More right ones than there are at all are not taken for wrong ones.
        assert_eq!(Submissions::new(3, 5).incorrect(), 0);
    }
}
