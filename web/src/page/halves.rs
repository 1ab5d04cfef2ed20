//! What learners did with components, well or not: seen to the end or left, right or wrong. Rows, chart and table
//! of every page that goes down into a course (spec 60 §2.10, §2.11).

use chrono::NaiveDateTime;

use super::drill::{below, title};
use super::report::{self, Chart, Figures, Freshness, Missing};
use super::tree::Part;
use crate::chart::split::{self, Split};
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::chart::{Drawing, LegendEntry, Look, Words};
use crate::site::Visit;
use crate::text::Texts;

/// What was done well, the rest, and what both are shares of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Halves {
    /// What was done well.
    pub good: i64,
    /// What was not.
    pub rest: i64,
    /// All of it.
    pub whole: i64,
}

impl Halves {
    /// A part of the whole; nothing where there is none.
    fn share(self, part: i64) -> f64 {
        if self.whole == 0 { 0.0 } else { part as f64 / self.whole as f64 }
    }

    /// What was done well, as a share.
    pub fn good_share(self) -> f64 {
        self.share(self.good)
    }

    /// Whether nobody did anything.
    pub fn is_none(self) -> bool {
        self.whole == 0
    }
}

/// A text for averages of components, and one for counts of a single component.
pub struct Names {
    /// Where rows are parts of the course.
    pub averages: &'static str,
    /// Where rows are components.
    pub counts: &'static str,
}

impl Names {
    const fn of(&self, averages: bool) -> &'static str {
        if averages { self.averages } else { self.counts }
    }
}

/// One of the halves.
pub struct Half {
    /// Its name in addresses and files.
    pub key: &'static str,
    /// Its names on the page.
    pub names: Names,
    /// Its colour and pattern everywhere on the site.
    pub look: Look,
}

/// What the halves are halves of.
pub struct Kind {
    /// Identifies the chart; the texts of its summary and description begin with it.
    pub id: &'static str,
    /// What was done well, and the rest.
    pub halves: [Half; 2],
    /// How many components a part has: key and heading.
    pub components: (&'static str, &'static str),
    /// The heading of a column of all that was done, where there is one.
    pub whole: Option<Names>,
    /// What was done well as a share: key and heading.
    pub share: (&'static str, &'static str),
    /// The name of the axis.
    pub axis: Names,
}

/// A part of the course, or a component.
pub struct Row {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub link: Option<String>,
    /// What was done.
    pub halves: Halves,
    /// How many components it has; none for a component itself.
    pub components: Option<usize>,
    /// What a tag says of it.
    pub difficulty: Option<String>,
}

impl Row {
    /// A part of the course; it leads to its own page if anything was done there.
    pub fn of_part(texts: &Texts, part: &Part<'_>, halves: Halves, base: &str, step: &str) -> Self {
        Self {
            name: title(texts, part.block.title.as_deref()),
            link: (!halves.is_none()).then(|| below(base, step, &part.block.id)),
            halves,
            components: Some(part.all().len()),
            difficulty: None,
        }
    }

    /// So many components that are not in the course any more; none where there are none.
    pub fn removed(texts: &Texts, halves: Halves, components: usize) -> Option<Self> {
        (components > 0).then(|| Self {
            name: texts.say("removed-from-course"),
            link: None,
            halves,
            components: Some(components),
            difficulty: None,
        })
    }

    /// A figure as an average of the components.
    fn average(&self, count: i64) -> f64 {
        count as f64 / self.components.unwrap_or(1).max(1) as f64
    }

    /// An average in words, or a count.
    fn label(&self, texts: &Texts, value: f64) -> String {
        if self.components.is_some() { texts.decimal(value) } else { texts.number(value as i64) }
    }
}

/// What a table is of.
pub struct Subject {
    /// What its halves are halves of.
    pub kind: &'static Kind,
    /// All rows together, which may be less than their sum.
    pub all: Halves,
    /// The heading of names.
    pub name: String,
    /// The entry of the help.
    pub help: &'static str,
    /// The text for the last line.
    pub line: &'static str,
    /// Where nobody has done anything: `nothing-WHAT`.
    pub nothing: &'static str,
    /// When the figures were loaded.
    pub created: Option<NaiveDateTime>,
    /// Said below.
    pub remark: Option<String>,
}

/// The rows with their chart.
///
/// # Errors
/// Nobody has done anything.
pub fn figures(visit: &Visit, rows: &[Row], subject: Subject) -> Result<Figures, Missing> {
    let texts = visit.texts();
    if subject.all.is_none() {
        return Err(Missing::nothing(texts, subject.nothing));
    }
    let share = texts.card_percent(subject.all.good_share());
    Ok(Figures {
        summary: texts.say_of(&format!("{}-summary", subject.kind.id), "share", &share),
        freshness: Freshness { through: None, created: subject.created, line: subject.line },
        ranges: Vec::new(),
        cards: Vec::new(),
        charts: vec![Chart {
            drawing: chart(texts, rows, &subject, &share),
            help: subject.help,
            note: None,
            choices: Vec::new(),
        }],
        table: table(texts, rows, &subject),
        csv: report::own_csv(visit),
        remark: subject.remark,
    })
}

/// Whether rows are parts of the course, so that figures are averages of their components.
fn are_averages(rows: &[Row]) -> bool {
    rows.iter().any(|row| row.components.is_some())
}

/// Both halves, in words and colours.
pub fn legend(texts: &Texts, kind: &Kind, averages: bool) -> [LegendEntry; 2] {
    kind.halves
        .each_ref()
        .map(|half| LegendEntry { name: texts.say(half.names.of(averages)), look: half.look })
}

fn chart(texts: &Texts, rows: &[Row], subject: &Subject, share: &str) -> Drawing {
    let (kind, averages) = (subject.kind, are_averages(rows));
    let split = |row: &Row| {
        let counts = [row.halves.good, row.halves.rest];
        let values = counts.map(|count| row.average(count));
        let label = |at: usize| {
            let share = texts.percent(row.halves.share(counts[at]));
            format!("{} ({share})", row.label(texts, values[at]))
        };
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
        t: texts,
        id: kind.id,
        title: texts.say(&format!("term-{}", subject.help)),
        description: texts.say_with(
            &format!("{}-chart", kind.id),
            &[("count", rows.len().into()), ("share", share.into())],
        ),
        x: String::new(),
        y: texts.say(kind.axis.of(averages)),
    };
    split::lying(&words, &legend(texts, kind, averages), &splits)
}

fn table(texts: &Texts, rows: &[Row], subject: &Subject) -> Table {
    let (kind, averages) = (subject.kind, are_averages(rows));
    let difficulty = rows.iter().any(|row| row.difficulty.is_some());
    let mut columns = vec![
        Column::figures("order", texts.say("column-order")),
        Column::words("name", subject.name.clone()),
    ];
    if averages {
        columns.push(Column::figures(kind.components.0, texts.say(kind.components.1)));
    }
    if difficulty {
        columns.push(Column::words("difficulty", texts.say("column-difficulty")));
    }
    let halves = kind.halves.iter();
    columns
        .extend(halves.map(|half| Column::figures(half.key, texts.say(half.names.of(averages)))));
    let whole = kind.whole.iter();
    columns.extend(whole.map(|names| Column::figures("total", texts.say(names.of(averages)))));
    columns.push(Column::figures(kind.share.0, texts.say(kind.share.1)));
    Table {
        id: "data",
        title: texts.say(&format!("term-{}", subject.help)),
        columns,
        rows: rows
            .iter()
            .enumerate()
            .map(|(at, row)| cells(texts, at, row, kind, difficulty))
            .collect(),
        footer: None,
        order: ("order", Order::Ascending),
        page_size: None,
    }
}

fn cells(texts: &Texts, index: usize, row: &Row, kind: &Kind, difficulty: bool) -> Vec<Cell> {
    let figure = |count: i64| {
        let value = row.average(count);
        Cell::or_dash(row.label(texts, value), value)
    };
    let mut cells = vec![
        Cell::number(texts, index as i64 + 1),
        Cell {
            link: row.link.clone(),
            ..Cell::text(row.name.clone(), Key::Text(row.name.clone()))
        },
    ];
    cells.extend(row.components.map(|components| Cell::number(texts, components as i64)));
    if difficulty {
        let text = row.difficulty.clone().unwrap_or_default();
        cells.push(Cell::text(text.clone(), Key::Text(text)));
    }
    cells.extend([figure(row.halves.good), figure(row.halves.rest)]);
    cells.extend(kind.whole.as_ref().map(|_| figure(row.halves.whole)));
    cells.push(Cell::share_or_dash(texts, row.halves.good_share()));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SOME;

    #[test]
    fn averages_are_a_component() {
        let row = |components| Row {
            name: String::new(),
            link: None,
            halves: Halves { good: 4, rest: 6, whole: 10 },
            components,
            difficulty: None,
        };
        let averages = |row: Row| [row.average(row.halves.good), row.average(row.halves.rest)];
        assert_eq!(averages(row(Some(4))), [1.0, 1.5]);
        assert_eq!(averages(row(None)), [4.0, 6.0]);
        assert_eq!(
            (row(Some(4)).label(&SOME, 1.5), row(None).label(&SOME, 6.0)),
            ("1.5".into(), "6".into())
        );
    }

    #[test]
    fn of_nothing_there_is_no_share() {
        assert_eq!(Halves::default().share(0), 0.0);
        assert!(Halves::default().is_none());
    }
}
