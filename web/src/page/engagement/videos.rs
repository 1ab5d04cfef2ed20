//! Engagement › Videos: by section, by subsection, and each video of a subsection (spec 60 §2.10).

use std::collections::{HashMap, HashSet};
use std::iter::Sum;
use std::sync::Arc;

use api_client::Video;
use chrono::NaiveDateTime;
use warp::reply::Response;

use crate::chart::split::{self, COMPLETE, Split};
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::chart::{Drawing, LegendEntry, Words};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::format;
use crate::page::drill::{Depth, below, by_section, title};
use crate::page::report::{self, Chart, Drilled, Figures, Freshness, Missing};
use crate::page::tree::{self, Part};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::outline::{Block, Outline};
use crate::upstream::{Section, Trouble};
use crate::usage_id::encoded;

/// Who began videos, and who saw their ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Views {
    /// At the start.
    pub start: i64,
    /// At the end; there may be more than at the start, for one may come in the middle.
    pub end: i64,
}

impl Views {
    /// Of a record.
    pub fn of(video: &Video) -> Self {
        let viewers = |count: Option<i64>| count.unwrap_or(0).max(0);
        Self { start: viewers(video.users_at_start), end: viewers(video.users_at_end) }
    }

    fn total(self) -> i64 {
        self.start.max(self.end)
    }

    /// Who did not stay to the end.
    pub fn incomplete(self) -> i64 {
        (self.start - self.end).max(0)
    }

    /// Complete views among all; nothing where there are none.
    pub fn completion(self) -> f64 {
        self.of_total(self.end)
    }

    fn of_total(self, part: i64) -> f64 {
        if self.total() == 0 { 0.0 } else { part as f64 / self.total() as f64 }
    }

    /// Whether nobody watched.
    pub fn is_none(self) -> bool {
        self.total() == 0
    }
}

impl Sum for Views {
    fn sum<I: Iterator<Item = Self>>(views: I) -> Self {
        views.fold(Self::default(), |sum, one| Self {
            start: sum.start.saturating_add(one.start),
            end: sum.end.saturating_add(one.end),
        })
    }
}

/// The records of a course by the names of their blocks.
pub struct Watched<'a>(HashMap<&'a str, &'a Video>);

impl<'a> Watched<'a> {
    /// All records.
    pub fn new(videos: &'a [Video]) -> Self {
        Self(videos.iter().map(|video| (video.encoded_module_id.as_str(), video)).collect())
    }

    /// The record of a block.
    pub fn record(&self, block: &Block) -> Option<&'a Video> {
        self.0.get(encoded(&block.id).as_str()).copied()
    }

    /// The views of a block; none where nobody came.
    pub fn views(&self, block: &Block) -> Views {
        self.record(block).map(Views::of).unwrap_or_default()
    }

    /// The views of all videos of a part.
    pub fn of_part(&self, part: &Part<'_>) -> Views {
        part.all().into_iter().map(|block| self.views(block)).sum()
    }
}

/// The videos of a course where they stand.
pub fn sections(outline: &Outline) -> Vec<Part<'_>> {
    tree::sections(outline, |block| block.kind == "video")
}

/// The page.
///
/// # Errors
/// There is no such section or subsection.
pub async fn page(
    visit: &Visit,
    access: &CourseAccess,
    depth: &Depth,
) -> Result<Response, PageError> {
    let records = async {
        let outline = visit.site.lms.outline(visit, access);
        tokio::join!(outline, visit.ask().videos(access))
    };
    let drilled = |visit: &Visit, course: &CourseContext, (outline, videos): Records| {
        drilled(visit, course, depth, &outline, videos)
    };
    report::drilled(visit, access, Place::Videos, records, drilled).await
}

type Records = (Section<Arc<Outline>>, Section<Arc<Vec<Video>>>);

fn drilled(
    visit: &Visit,
    course: &CourseContext,
    depth: &Depth,
    outline: &Section<Arc<Outline>>,
    videos: Section<Arc<Vec<Video>>>,
) -> Result<Drilled, PageError> {
    let videos = match videos {
        Ok(videos) => videos,
        Err(Trouble::Empty) => Arc::default(),
        Err(trouble) => return Ok(Drilled::missing(Missing::new(visit, trouble))),
    };
    let outline = match outline {
        Ok(outline) => outline,
        Err(_) if *depth == Depth::default() && !videos.is_empty() => {
            return Ok(Drilled::whole(without_outline(visit, &videos)));
        }
        Err(trouble) => return Ok(Drilled::missing(Missing::of_lms(visit, *trouble))),
    };
    let watched = Watched::new(&videos);
    let sections = sections(outline);
    let base = format!("{}{}", course.url, Place::Videos.path());
    let view = View { visit, watched: &watched, created: newest(&videos) };
    let here = depth.find(&sections)?;
    let has_views = |part: &Part<'_>| !watched.of_part(part).is_none();
    let steps = by_section(visit.texts(), Place::Videos, &base, &sections, here, has_views);
    let body = match (here.section, here.subsection) {
        (None, _) => view.parts(&sections, "sections", &base, removed(&sections, &videos)),
        (Some(section), None) => {
            let base = below(&base, "sections", &section.block.id);
            view.parts(&section.parts, "subsections", &base, (Views::default(), 0))
        }
        (Some(section), Some(subsection)) => {
            let base = below(&base, "sections", &section.block.id);
            view.videos(subsection, &below(&base, "subsections", &subsection.block.id))
        }
    };
    Ok(Drilled { steps, body })
}

/// When the newest of the figures was loaded.
fn newest(videos: &[Video]) -> Option<NaiveDateTime> {
    videos.iter().filter_map(|video| video.created).max()
}

/// Records whose blocks are not in the course any more, and how many.
fn removed(sections: &[Part<'_>], videos: &[Video]) -> (Views, usize) {
    let there: HashSet<String> =
        sections.iter().flat_map(Part::all).map(|block| encoded(&block.id)).collect();
    let gone = videos.iter().filter(|video| !there.contains(&video.encoded_module_id));
    let views: Vec<Views> = gone.map(Views::of).collect();
    (views.iter().copied().sum(), views.len())
}

/// What all depths of the page share.
struct View<'a> {
    visit: &'a Visit,
    watched: &'a Watched<'a>,
    created: Option<NaiveDateTime>,
}

impl View<'_> {
    /// Sections or subsections, by averages of their videos; and what is not in the course any more.
    fn parts(
        &self,
        parts: &[Part<'_>],
        step: &'static str,
        base: &str,
        (removed, removed_videos): (Views, usize),
    ) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let mut rows: Vec<Row> = Vec::with_capacity(parts.len() + 1);
        for part in parts {
            let views = self.watched.of_part(part);
            rows.push(Row {
                name: title(texts, part.block.title.as_deref()),
                link: (!views.is_none()).then(|| below(base, step, &part.block.id)),
                views,
                videos: Some(part.all().len()),
            });
        }
        let mut remark = None;
        if removed_videos > 0 {
            rows.push(Row {
                name: texts.say("removed-from-course"),
                link: None,
                views: removed,
                videos: Some(removed_videos),
            });
            remark = Some(texts.say("removed-note"));
        }
        let name = if step == "sections" { "column-section" } else { "column-subsection" };
        self.figures(&rows, texts.say(name), remark)
    }

    fn videos(&self, part: &Part<'_>, base: &str) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let row = |block: &&Block| {
            let views = self.watched.views(block);
            let timeline = || format!("{}timeline/", below(base, "modules", &block.id));
            Row {
                name: title(texts, block.title.as_deref()),
                link: (!views.is_none()).then(timeline),
                views,
                videos: None,
            }
        };
        let rows: Vec<Row> = part.components.iter().map(row).collect();
        self.figures(&rows, texts.say("column-video"), None)
    }

    fn figures(
        &self,
        rows: &[Row],
        name: String,
        remark: Option<String>,
    ) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let all: Views = rows.iter().map(|row| row.views).sum();
        if all.is_none() {
            return Err(Missing::nothing(texts, "videos"));
        }
        Ok(Figures {
            summary: texts.say_with(
                "videos-summary",
                &[("share", format::card_percent(all.completion()).into())],
            ),
            freshness: Freshness { through: None, created: self.created, line: "updated-videos" },
            ranges: Vec::new(),
            cards: Vec::new(),
            charts: vec![Chart {
                drawing: chart(texts, rows),
                help: "video-views",
                note: None,
                choices: Vec::new(),
            }],
            table: table(texts, rows, name),
            csv: report::own_csv(self.visit),
            remark,
        })
    }
}

/// The videos by the names of their blocks: the LMS does not tell where they stand.
fn without_outline(visit: &Visit, videos: &[Video]) -> Result<Figures, Missing> {
    let watched = Watched::new(videos);
    let view = View { visit, watched: &watched, created: newest(videos) };
    let row = |video: &Video| Row {
        name: video.encoded_module_id.clone(),
        link: None,
        views: Views::of(video),
        videos: None,
    };
    let rows: Vec<Row> = videos.iter().map(row).collect();
    let texts = visit.texts();
    view.figures(&rows, texts.say("column-video"), Some(texts.say("no-outline")))
}

/// A part of the course, or a video.
struct Row {
    name: String,
    link: Option<String>,
    views: Views,
    /// How many videos it has; none for a video itself.
    videos: Option<usize>,
}

impl Row {
    /// Complete and incomplete views, a video.
    fn averages(&self) -> [f64; 2] {
        let videos = self.videos.unwrap_or(1).max(1) as f64;
        [self.views.end, self.views.incomplete()].map(|count| count as f64 / videos)
    }

    /// An average in words, or a count.
    fn label(&self, value: f64) -> String {
        if self.videos.is_some() { format::decimal(value) } else { format::number(value as i64) }
    }
}

fn legend(texts: &Texts, averages: bool) -> [LegendEntry; 2] {
    let names = if averages {
        ["average-complete-views", "average-incomplete-views"]
    } else {
        ["complete-views", "incomplete-views"]
    };
    let [complete, incomplete] = names.map(|name| texts.say(name));
    [
        LegendEntry { name: complete, look: COMPLETE[0] },
        LegendEntry { name: incomplete, look: COMPLETE[1] },
    ]
}

fn chart(texts: &Texts, rows: &[Row]) -> Drawing {
    let averages = rows.iter().any(|row| row.videos.is_some());
    let split = |row: &Row| {
        let values = row.averages();
        let shares = [row.views.completion(), row.views.of_total(row.views.incomplete())];
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
    let all: Views = rows.iter().map(|row| row.views).sum();
    let words = Words {
        id: "videos",
        title: texts.say("term-video-views"),
        description: texts.say_with(
            "videos-chart",
            &[
                ("count", rows.len().into()),
                ("share", format::card_percent(all.completion()).into()),
            ],
        ),
        x: String::new(),
        y: texts.say(if averages { "axis-average-viewers" } else { "axis-viewers" }),
    };
    split::lying(&words, &legend(texts, averages), &splits)
}

fn table(texts: &Texts, rows: &[Row], name: String) -> Table {
    let averages = rows.iter().any(|row| row.videos.is_some());
    let [complete, incomplete] = legend(texts, averages).map(|entry| entry.name);
    let mut columns =
        vec![Column::figures("order", texts.say("column-order")), Column::words("name", name)];
    if averages {
        columns.push(Column::figures("videos", texts.say("column-videos")));
    }
    columns.extend([
        Column::figures("complete", complete),
        Column::figures("incomplete", incomplete),
        Column::figures("completion_percent", texts.say("column-completion")),
    ]);
    let row = |(index, row): (usize, &Row)| {
        let [complete, incomplete] = row.averages();
        let figure = |value: f64| Cell::or_dash(row.label(value), value);
        let mut cells = vec![
            Cell::number(index as i64 + 1),
            Cell {
                link: row.link.clone(),
                ..Cell::text(row.name.clone(), Key::Text(row.name.clone()))
            },
        ];
        cells.extend(row.videos.map(|videos| Cell::number(videos as i64)));
        cells.extend([
            figure(complete),
            figure(incomplete),
            Cell::share_or_dash(row.views.completion()),
        ]);
        cells
    };
    Table {
        id: "data",
        title: texts.say("term-video-views"),
        columns,
        rows: rows.iter().enumerate().map(row).collect(),
        footer: None,
        order: ("order", Order::Ascending),
        page_size: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_in_the_middle_counts_as_a_viewer() {
        let views = |start, end| Views { start, end };
        assert_eq!((views(10, 4).incomplete(), views(10, 4).completion()), (6, 0.4));
        assert_eq!((views(4, 10).incomplete(), views(4, 10).completion()), (0, 1.0));
        assert_eq!((views(0, 0).completion(), views(0, 0).is_none()), (0.0, true));
        let sum: Views = [views(10, 4), views(4, 10)].into_iter().sum();
        assert_eq!(sum, views(14, 14));
    }

    #[test]
    fn averages_are_a_video() {
        let row = |videos| Row {
            name: String::new(),
            link: None,
            views: Views { start: 10, end: 4 },
            videos,
        };
        assert_eq!(row(Some(4)).averages(), [1.0, 1.5]);
        assert_eq!(row(None).averages(), [4.0, 6.0]);
        assert_eq!((row(Some(4)).label(1.5), row(None).label(6.0)), ("1.5".into(), "6".into()));
    }
}
