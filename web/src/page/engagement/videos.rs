//! Engagement › Videos: by section, by subsection, and each video of a subsection (spec 60 §2.10).

use std::collections::{HashMap, HashSet};
use std::iter::Sum;
use std::sync::Arc;

use api_client::Video;
use chrono::NaiveDateTime;
use warp::reply::Response;

use crate::chart::Look;
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::drill::{Depth, below, by_section, title};
use crate::page::halves::{Half, Halves, Kind, Names, Row, Subject, figures};
use crate::page::report::{self, Drilled, Figures, Missing, Stop};
use crate::page::tree::{self, Part};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::upstream::Section;
use crate::upstream::outline::{Block, Outline};
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

    /// Complete and incomplete views.
    pub fn halves(self) -> Halves {
        Halves {
            good: self.end,
            rest: (self.start - self.end).max(0),
            whole: self.start.max(self.end),
        }
    }

    /// Whether nobody watched.
    pub fn is_none(self) -> bool {
        self == Self::default()
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

/// Views as their pages show them.
const VIEWS: Kind = Kind {
    id: "videos",
    halves: [
        Half {
            key: "complete",
            names: Names { averages: "average-complete-views", counts: "complete-views" },
            look: Look::FIRST,
        },
        Half {
            key: "incomplete",
            names: Names { averages: "average-incomplete-views", counts: "incomplete-views" },
            look: Look::UNKNOWN,
        },
    ],
    components: ("videos", "column-videos"),
    whole: None,
    share: ("completion_percent", "column-completion"),
    axis: Names { averages: "axis-average-viewers", counts: "axis-viewers" },
};

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
    let drilled = |visit: &Visit, course: &CourseContext, records: Records| {
        drilled(visit, course, depth, records)
    };
    report::drilled(visit, access, Place::Videos, records, drilled).await
}

type Records = (Section<Arc<Outline>>, Section<Arc<Vec<Video>>>);

fn drilled(
    visit: &Visit,
    course: &CourseContext,
    depth: &Depth,
    (outline, videos): Records,
) -> Result<Drilled, Stop> {
    let videos = report::recorded(visit, videos)?;
    let outline = match outline {
        Err(_) if *depth == Depth::default() && !videos.is_empty() => {
            return Ok(Drilled::whole(without_outline(visit, &videos)));
        }
        outline => outline.map_err(|trouble| Missing::of_lms(visit, trouble))?,
    };
    let watched = Watched::new(&videos);
    let sections = sections(&outline);
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
        let row = |part: &Part<'_>| {
            Row::of_part(texts, part, self.watched.of_part(part).halves(), base, step)
        };
        let mut rows: Vec<Row> = parts.iter().map(row).collect();
        let removed_row = Row::removed(texts, removed.halves(), removed_videos);
        let remark = removed_row.is_some().then(|| texts.say("removed-note"));
        rows.extend(removed_row);
        let all = parts.iter().map(|part| self.watched.of_part(part)).chain([removed]).sum();
        let name = if step == "sections" { "column-section" } else { "column-subsection" };
        figures(self.visit, &rows, self.subject(all, texts.say(name), remark))
    }

    fn videos(&self, part: &Part<'_>, base: &str) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let row = |block: &&Block| {
            let views = self.watched.views(block);
            let timeline = || format!("{}timeline/", below(base, "modules", &block.id));
            Row {
                name: title(texts, block.title.as_deref()),
                link: (!views.is_none()).then(timeline),
                halves: views.halves(),
                components: None,
                difficulty: None,
            }
        };
        let rows: Vec<Row> = part.components.iter().map(row).collect();
        let all = self.watched.of_part(part);
        figures(self.visit, &rows, self.subject(all, texts.say("column-video"), None))
    }

    fn subject(&self, all: Views, name: String, remark: Option<String>) -> Subject {
        Subject {
            kind: &VIEWS,
            all: all.halves(),
            name,
            help: "video-views",
            line: "updated-videos",
            nothing: "videos",
            created: self.created,
            remark,
        }
    }
}

/// The videos by the names of their blocks: the LMS does not tell where they stand.
fn without_outline(visit: &Visit, videos: &[Video]) -> Result<Figures, Missing> {
    let watched = Watched::new(videos);
    let view = View { visit, watched: &watched, created: newest(videos) };
    let row = |video: &Video| Row {
        name: video.encoded_module_id.clone(),
        link: None,
        halves: Views::of(video).halves(),
        components: None,
        difficulty: None,
    };
    let rows: Vec<Row> = videos.iter().map(row).collect();
    let (texts, all) = (visit.texts(), videos.iter().map(Views::of).sum());
    let remark = Some(texts.say("no-outline"));
    figures(visit, &rows, view.subject(all, texts.say("column-video"), remark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_in_the_middle_counts_as_a_viewer() {
        let views = |start, end| Views { start, end };
        let halves = |start, end| views(start, end).halves();
        assert_eq!((halves(10, 4).rest, halves(10, 4).good_share()), (6, 0.4));
        assert_eq!((halves(4, 10).rest, halves(4, 10).good_share()), (0, 1.0));
        assert_eq!((halves(0, 0).good_share(), views(0, 0).is_none()), (0.0, true));
        let sum: Views = [views(10, 4), views(4, 10)].into_iter().sum();
        assert_eq!(sum, views(14, 14));
    }
}
