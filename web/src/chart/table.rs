//! The table behind a chart: sorted and paged on the server, its state in the address.

use std::cmp::Ordering;

use askama::Template;

use super::Drawing;
use crate::query::Query;
use crate::text::Texts;

/// The page sizes on offer, the first by default.
const PAGE_SIZES: [usize; 3] = [25, 50, 100];

/// The parameters of an address that hold a table's state.
pub const STATE: [&str; 4] = ["page", "sort", "order", "rows"];

/// What a cell is sorted by.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// A number, a share or a day.
    Number(f64),
    /// A text, as the language orders names.
    Text(String),
    /// Nothing is known: last in ascending order.
    Nothing,
}

/// How a figure stands among others of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// `low` or `high`, as the style sheet knows it.
    pub class: &'static str,
    /// The same in words.
    pub word: String,
}

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What is shown.
    pub text: String,
    /// What is said instead of signs that say nothing aloud.
    pub aloud: Option<String>,
    /// A smaller line below.
    pub below: Option<String>,
    /// Where it leads.
    pub link: Option<String>,
    /// A bar inside the cell, 0…100.
    pub share: Option<String>,
    /// How the figure stands among others of its kind.
    pub rank: Option<Rank>,
    /// What it is sorted by.
    pub key: Key,
}

impl Cell {
    /// A cell of words.
    pub fn text(text: impl Into<String>, key: Key) -> Self {
        Self {
            text: text.into(),
            aloud: None,
            below: None,
            link: None,
            share: None,
            rank: None,
            key,
        }
    }

    /// A whole number.
    pub fn number(texts: &Texts, value: i64) -> Self {
        Self::text(texts.number(value), Key::Number(value as f64))
    }

    fn raw(&self) -> String {
        match &self.key {
            Key::Number(number) => number.to_string(),
            Key::Text(text) => crate::format::no_formula(text),
            Key::Nothing => String::new(),
        }
    }

    /// A figure in words, or a dash for zero.
    pub fn or_dash(text: String, value: f64) -> Self {
        let shown = if value == 0.0 { "-".to_owned() } else { text };
        Self::text(shown, Key::Number(value))
    }

    /// A share of 0…1 with its bar, or a dash for nothing.
    pub fn share_or_dash(texts: &Texts, share: f64) -> Self {
        if share == 0.0 { Self::or_dash(String::new(), 0.0) } else { Self::share(texts, share) }
    }

    /// A day, in long form.
    pub fn day(texts: &Texts, day: chrono::NaiveDate) -> Self {
        use chrono::Datelike;
        Self::text(texts.long_date(day), Key::Number(f64::from(day.num_days_from_ce())))
    }

    /// A share of 0…1 with its bar.
    pub fn share(texts: &Texts, share: f64) -> Self {
        let mut cell = Self::text(texts.percent(share), Key::Number(share));
        cell.share = Some(super::coordinate((share * 100.0).clamp(0.0, 100.0)));
        cell
    }
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in the address.
    pub key: &'static str,
    /// Its heading.
    pub title: String,
    /// Whether its cells are figures, which stand at the end of their column.
    pub figures: bool,
}

impl Column {
    /// A column of figures.
    pub fn figures(key: &'static str, title: String) -> Self {
        Self { key, title, figures: true }
    }

    /// A column of words or days.
    pub fn words(key: &'static str, title: String) -> Self {
        Self { key, title, figures: false }
    }
}

/// A table before it is sorted and paged; the first cell of a row that is no figure names the row.
#[derive(Clone, Debug)]
pub struct Table {
    /// The id of its section, and where its links lead to.
    pub id: &'static str,
    /// What it shows.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// Sums under the columns, with the row's name first.
    pub footer: Option<Vec<String>>,
    /// The column and direction where the address says nothing.
    pub order: (&'static str, Order),
    /// Rows on a page where they are fixed; otherwise the reader chooses.
    pub page_size: Option<usize>,
}

/// A direction of sorting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Order {
    /// Its name in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }

    const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// What the address asks of a table whose rows are brought page by page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The key of the column that sorts it.
    pub sort: &'static str,
    /// The direction.
    pub order: Order,
    /// The page, from 1.
    pub page: usize,
    /// Rows on a page.
    pub page_size: usize,
}

/// What the address asks of a table with so many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wish {
    rows: usize,
    column: usize,
    order: Order,
    page: usize,
    page_size: usize,
    /// The address asks for something that is not there.
    odd: bool,
}

struct Heading<'a> {
    column: &'a Column,
    link: String,
    sorted: Option<&'static str>,
}

struct Step {
    label: String,
    link: String,
    current: bool,
    /// Whether pages before it are left out.
    gap: bool,
}

#[derive(Template)]
#[template(path = "chart/table.html")]
struct View<'a> {
    t: &'a Texts,
    table: &'a Table,
    headings: Vec<Heading<'a>>,
    rows: Vec<&'a Vec<Cell>>,
    steps: Vec<Step>,
    previous: Option<String>,
    next: Option<String>,
    sizes: Vec<Step>,
    status: String,
    reset: Option<String>,
}

impl Table {
    /// The column that names the rows: the first that is no figure.
    fn named_by(&self) -> usize {
        self.columns.iter().position(|column| !column.figures).unwrap_or(0)
    }

    /// All rows for a file, in their own order: the columns' names first, figures not rounded, and a name that a
    /// spreadsheet would take for a formula made plain text by an apostrophe.
    pub fn for_file(&self) -> impl Iterator<Item = Vec<String>> {
        let heading = self.columns.iter().map(|column| column.key.to_owned()).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(Cell::raw).collect());
        std::iter::once(heading).chain(rows)
    }

    /// Draws the page that the address asks for; odd wishes are said and the nearest thing is shown.
    pub fn draw(&self, texts: &Texts, query: &Query) -> Drawing {
        let wish = self.wish(query, self.rows.len());
        let mut rows: Vec<&Vec<Cell>> = self.rows.iter().collect();
        rows.sort_by(|a, b| compare(texts, &a[wish.column].key, &b[wish.column].key, wish.order));
        let shown = rows.into_iter().skip((wish.page - 1) * wish.page_size).take(wish.page_size);
        self.drawn(texts, query, wish, shown.collect())
    }

    /// What must be brought before [`Self::draw_page`] can draw.
    pub fn asked(&self, query: &Query) -> Asked {
        let Wish { column, order, page, page_size, .. } = self.wish(query, usize::MAX);
        Asked { sort: self.columns[column].key, order, page, page_size }
    }

    /// Draws the rows as they are, which are the asked page of so many.
    pub fn draw_page(&self, texts: &Texts, query: &Query, of: usize) -> Drawing {
        self.drawn(texts, query, self.wish(query, of), self.rows.iter().collect())
    }

    fn drawn(&self, texts: &Texts, query: &Query, wish: Wish, rows: Vec<&Vec<Cell>>) -> Drawing {
        let link = |query: Query| format!("{}#{}", or_here(&query.link()), self.id);
        let page = |number: usize| link(query.with("page", &number.to_string()));
        let pages = pages(wish.rows, wish.page_size);
        Drawing::of(&View {
            t: texts,
            table: self,
            headings: self.headings(query, wish),
            rows,
            steps: self.steps(pages, wish, &page),
            previous: (wish.page > 1).then(|| page(wish.page - 1)),
            next: (wish.page < pages).then(|| page(wish.page + 1)),
            sizes: self.sizes(query, wish),
            status: self.status(texts, wish, pages),
            reset: wish.odd.then(|| link(query.without_all(&STATE))),
        })
    }

    fn wish(&self, query: &Query, rows: usize) -> Wish {
        let size =
            query.get("rows").map(|text| text.parse().ok().filter(|n| PAGE_SIZES.contains(n)));
        let page_size = self.page_size.or_else(|| size.flatten()).unwrap_or(PAGE_SIZES[0]);
        let named = query.get("sort").map(|name| self.columns.iter().position(|c| c.key == name));
        let usual = self.columns.iter().position(|c| c.key == self.order.0).unwrap_or(0);
        let order = match query.get("order") {
            None if matches!(named, Some(Some(_))) => {
                Some(self.first_order(named.flatten().unwrap_or(0)))
            }
            None => Some(self.order.1),
            Some(word) => {
                [Order::Ascending, Order::Descending].into_iter().find(|o| o.word() == word)
            }
        };
        let page = query.get("page").map_or(Some(1), |text| text.parse().ok());
        let page = page.filter(|page| (1..=pages(rows, page_size)).contains(page));
        Wish {
            rows,
            column: named.flatten().unwrap_or(usual),
            order: order.unwrap_or(self.order.1),
            page: page.unwrap_or(1),
            page_size,
            odd: named == Some(None) || order.is_none() || page.is_none() || size == Some(None),
        }
    }

    /// Names begin at A, figures with the largest.
    fn first_order(&self, column: usize) -> Order {
        if self.columns[column].figures { Order::Descending } else { Order::Ascending }
    }

    fn headings(&self, query: &Query, wish: Wish) -> Vec<Heading<'_>> {
        let heading = |(index, column): (usize, &'_ Column)| {
            let sorted = index == wish.column;
            let order = if sorted { wish.order.reversed() } else { self.first_order(index) };
            let query = query.with("sort", column.key).with("order", order.word()).without("page");
            (sorted, format!("{}#{}", query.link(), self.id))
        };
        let word = match wish.order {
            Order::Ascending => "ascending",
            Order::Descending => "descending",
        };
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(index, column)| {
                let (sorted, link) = heading((index, column));
                Heading { column, link, sorted: sorted.then_some(word) }
            })
            .collect()
    }

    /// The first and last page and those around the current one.
    fn steps(&self, pages: usize, wish: Wish, link: &impl Fn(usize) -> String) -> Vec<Step> {
        if pages == 1 {
            return Vec::new();
        }
        let near = |n: &usize| *n == 1 || *n == pages || n.abs_diff(wish.page) <= 2;
        let mut before = 0;
        (1..=pages)
            .filter(near)
            .map(|n| {
                let gap = n > before + 1;
                before = n;
                Step { label: n.to_string(), link: link(n), current: n == wish.page, gap }
            })
            .collect()
    }

    /// A choice only where there is more than the smallest page.
    fn sizes(&self, query: &Query, wish: Wish) -> Vec<Step> {
        if self.page_size.is_some() || wish.rows <= PAGE_SIZES[0] {
            return Vec::new();
        }
        PAGE_SIZES
            .iter()
            .map(|size| Step {
                label: size.to_string(),
                link: format!(
                    "{}#{}",
                    query.with("rows", &size.to_string()).without("page").link(),
                    self.id
                ),
                current: *size == wish.page_size,
                gap: false,
            })
            .collect()
    }

    fn status(&self, texts: &Texts, wish: Wish, pages: usize) -> String {
        let sorted = &self.columns[wish.column].title;
        texts.say_with(
            "table-status",
            &[
                ("rows", wish.rows.into()),
                ("page", wish.page.into()),
                ("pages", pages.into()),
                ("column", sorted.as_str().into()),
                ("order", wish.order.word().into()),
            ],
        )
    }
}

fn pages(rows: usize, page_size: usize) -> usize {
    rows.div_ceil(page_size).max(1)
}

/// An empty query as a link would keep the old one; `?` drops it.
fn or_here(link: &str) -> &str {
    if link.is_empty() { "?" } else { link }
}

/// Empty cells come last in ascending order and first in descending.
fn compare(texts: &Texts, a: &Key, b: &Key, order: Order) -> Ordering {
    let ascending = match (a, b) {
        (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
        (Key::Text(a), Key::Text(b)) => texts.compare(a, b),
        (Key::Nothing, Key::Nothing) => Ordering::Equal,
        (Key::Nothing, _) | (Key::Text(_), Key::Number(_)) => Ordering::Greater,
        (_, Key::Nothing) | (Key::Number(_), Key::Text(_)) => Ordering::Less,
    };
    if order == Order::Ascending { ascending } else { ascending.reverse() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::text::SOME;

    fn table(count: usize) -> Table {
        let row = |n: usize| {
            let name = format!("<b>{n}");
            vec![Cell::text(name.clone(), Key::Text(name)), Cell::number(&SOME, n as i64 * 1000)]
        };
        Table {
            id: "data",
            title: "Rows".to_owned(),
            columns: vec![
                Column::words("name", "Name".to_owned()),
                Column::figures("count", "Learners".to_owned()),
            ],
            rows: (1..=count).map(row).collect(),
            footer: None,
            order: ("count", Order::Descending),
            page_size: None,
        }
    }

    fn drawn(table: &Table, query: &str) -> String {
        table.draw(&SOME, &Query::read(query)).to_string()
    }

    fn figures(html: &str) -> Vec<&str> {
        html.lines().filter_map(|line| line.trim().strip_prefix("<td class=\"figure\">")).collect()
    }

    #[test]
    fn markup_in_a_cell_stays_text() {
        let html = drawn(&table(1), "");
        assert!(html.contains("&#60;b&#62;1") && !html.contains("<b>"), "{html}");
    }

    #[test]
    fn pages_and_directions() {
        assert_eq!(figures(&drawn(&table(3), ""))[0], "3,000</td>");
        assert_eq!(figures(&drawn(&table(3), "sort=count&order=asc"))[0], "1,000</td>");
        let second = drawn(&table(60), "page=2");
        assert_eq!((figures(&second).len(), figures(&second)[0]), (25, "35,000</td>"));
        assert_eq!(figures(&drawn(&table(60), "rows=100")).len(), 60);
    }

    #[test]
    fn left_out_pages_are_told() {
        let gaps = |query: &str| drawn(&table(225), query).matches('…').count();
        assert_eq!((gaps(""), gaps("page=5"), gaps("page=9")), (1, 2, 1));
        assert_eq!(drawn(&table(60), "").matches('…').count(), 0);
    }

    #[test]
    fn odd_wishes_are_said_with_a_way_back() {
        for odd in ["page=9", "page=x", "sort=nothing", "order=up", "rows=7"] {
            let html = drawn(&table(3), odd);
            assert!(
                html.contains("role=\"alert\"") && html.contains("href=\"?#data\""),
                "{odd}: {html}"
            );
        }
        assert!(!drawn(&table(3), "page=1").contains("role=\"alert\""));
    }

    #[test]
    fn nothing_sorts_last_ascending() {
        let mut keys =
            [Key::Nothing, Key::Number(2.0), Key::Text("b".to_owned()), Key::Number(1.0)];
        keys.sort_by(|a, b| compare(&SOME, a, b, Order::Ascending));
        assert_eq!(
            keys,
            [Key::Number(1.0), Key::Number(2.0), Key::Text("b".to_owned()), Key::Nothing]
        );
    }
}
