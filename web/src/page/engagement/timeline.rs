//! Engagement › Videos › one video: how many see which part of it (spec 60 §2.10).

use std::sync::Arc;

use api_client::{Video, VideoSegment};
use warp::reply::Response;

use super::videos::{Views, Watched, sections};
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::chart::{Axis, Drawing, Look, TimeSeries, Words, stacked};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::format;
use crate::page::drill::{Entry, Here, Menu, Steps, below, by_section, crumb, live, title};
use crate::page::report::{self, Card, Chart, Drilled, Figures, Freshness, Missing, Stop};
use crate::page::tree::{self, Part};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::outline::{Block, Outline};
use crate::upstream::{Section, Trouble};
use crate::usage_id::encoded;

/// Seconds of a segment where the record does not say.
const SEGMENT: i64 = 5;
/// No video has more segments; an answer that claims so is not believed.
const MOST_SEGMENTS: i64 = 24 * 60 * 60 / SEGMENT;

/// Where the video stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The section.
    pub section: String,
    /// The subsection.
    pub subsection: String,
    /// The video.
    pub video: String,
}

/// Some seconds of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    /// When they begin.
    start: i64,
    viewers: i64,
    replays: i64,
}

type Records = (Section<Arc<Outline>>, Section<Arc<Vec<Video>>>, Section<Arc<Vec<VideoSegment>>>);

/// The page.
///
/// # Errors
/// There is no such video there.
pub async fn page(
    visit: &Visit,
    access: &CourseAccess,
    path: &Path,
) -> Result<Response, PageError> {
    let name = encoded(&path.video);
    let records = async {
        let (outline, ask) = (visit.site.lms.outline(visit, access), visit.ask());
        tokio::join!(outline, ask.videos(access), ask.timeline(access, &name))
    };
    let drilled = |visit: &Visit, course: &CourseContext, records: Records| {
        drilled(visit, course, path, records)
    };
    report::drilled(visit, access, Place::Videos, records, drilled).await
}

fn drilled(
    visit: &Visit,
    course: &CourseContext,
    path: &Path,
    (outline, videos, timeline): Records,
) -> Result<Drilled, Stop> {
    let outline = outline.map_err(|trouble| Missing::of_lms(visit, trouble))?;
    let sections = sections(&outline);
    let section = tree::find(&sections, &path.section).ok_or(PageError::NotFound)?;
    let subsection = tree::find(&section.parts, &path.subsection).ok_or(PageError::NotFound)?;
    let video = subsection.components.iter().find(|block| block.id == path.video);
    let video = video.copied().ok_or(PageError::NotFound)?;
    let videos = videos.unwrap_or_default();
    let watched = Watched::new(&videos);
    let place = Standing { visit, course, sections: &sections, section, subsection, video };
    let steps = place.steps(&watched);
    let record = watched.record(video);
    let body = timeline.and_then(|timeline| figures(visit, course, video, record, &timeline));
    Ok(Drilled { steps, body: body.map_err(|trouble| Missing::new(visit, trouble)) })
}

/// A video where it stands.
struct Standing<'a> {
    visit: &'a Visit,
    course: &'a CourseContext,
    sections: &'a [Part<'a>],
    section: &'a Part<'a>,
    subsection: &'a Part<'a>,
    video: &'a Block,
}

impl Standing<'_> {
    fn steps(&self, watched: &Watched<'_>) -> Steps {
        let texts = self.visit.texts();
        let base = format!("{}{}", self.course.url, Place::Videos.path());
        let here = Here { section: Some(self.section), subsection: Some(self.subsection) };
        let has_views = |part: &Part<'_>| !watched.of_part(part).is_none();
        let mut steps = by_section(texts, Place::Videos, &base, self.sections, here, has_views);
        let here = below(&base, "sections", &self.section.block.id);
        let here = below(&here, "subsections", &self.subsection.block.id);
        let name = title(texts, self.subsection.block.title.as_deref());
        steps.crumbs.push(crumb(name, here));
        let entry = |block: &&Block| Entry {
            text: title(texts, block.title.as_deref()),
            url: watched
                .record(block)
                .map(|_| self.address(&base, self.section, self.subsection, block)),
            current: block.id == self.video.id,
        };
        let entries = self.subsection.components.iter().map(entry);
        steps.menus.push(Menu::new(texts, "video", entries.collect()));
        steps.heading = Some(title(texts, self.video.title.as_deref()));
        (steps.previous, steps.next) = self.neighbours(&base, watched);
        steps.links.extend(live(self.visit, self.course, &self.video.id));
        steps.preview = self.visit.preview_of(&self.video.id);
        steps
    }

    fn address(
        &self,
        base: &str,
        section: &Part<'_>,
        subsection: &Part<'_>,
        video: &Block,
    ) -> String {
        let base = below(base, "sections", &section.block.id);
        let base = below(&base, "subsections", &subsection.block.id);
        format!("{}timeline/", below(&base, "modules", &video.id))
    }

    /// The videos with figures before and after this one, in the order of the course.
    fn neighbours(&self, base: &str, watched: &Watched<'_>) -> (Option<String>, Option<String>) {
        let mut all = Vec::new();
        for section in self.sections {
            for subsection in &section.parts {
                all.extend(subsection.components.iter().map(|video| (section, subsection, *video)));
            }
        }
        let here = all.iter().position(|(_, _, video)| video.id == self.video.id).unwrap_or(0);
        let seen = |(_, _, video): &&(&Part<'_>, &Part<'_>, &Block)| {
            watched.record(video).is_some_and(|record| Views::of(record) != Views::default())
        };
        let address = |(section, subsection, video): &(&Part<'_>, &Part<'_>, &Block)| {
            self.address(base, section, subsection, video)
        };
        let previous = all[..here].iter().rev().find(seen).map(address);
        let next = all.iter().skip(here + 1).find(seen).map(address);
        (previous, next)
    }
}

fn figures(
    visit: &Visit,
    course: &CourseContext,
    video: &Block,
    record: Option<&Video>,
    timeline: &[VideoSegment],
) -> Section<Figures> {
    let texts = visit.texts();
    let segments = segments(timeline, record)?;
    let views = record.map(Views::of).unwrap_or_default();
    let number = |value: i64| Some(texts.number(value));
    Ok(Figures {
        summary: summary(texts, &segments, views),
        freshness: Freshness {
            through: None,
            created: timeline.iter().filter_map(|segment| segment.created).max(),
            line: "updated-videos",
        },
        ranges: Vec::new(),
        cards: vec![
            Card::new(
                texts,
                "completion-rate",
                Some(texts.card_percent(views.halves().good_share())),
            ),
            Card::new(texts, "started-video", number(views.start)),
            Card::new(texts, "finished-video", number(views.end)),
        ],
        charts: vec![Chart {
            drawing: chart(texts, &segments, record.and_then(|record| record.duration)),
            help: "total-video-views",
            note: None,
            choices: Vec::new(),
        }],
        table: table(texts, &segments),
        csv: format!(
            "{}csv/engagement/videos/{}/",
            course.url,
            crate::usage_id::in_path(&encoded(&video.id))
        ),
        remark: None,
    })
}

/// The segments without holes, up to the end of the video where that is known.
fn segments(timeline: &[VideoSegment], record: Option<&Video>) -> Section<Vec<Segment>> {
    let length = record.and_then(|record| record.segment_length).filter(|length| *length > 0);
    let length = length.unwrap_or(SEGMENT);
    let numbered = timeline.iter().filter_map(|segment| Some((segment.segment?, segment)));
    let last = numbered.clone().map(|(number, _)| number).max().ok_or(Trouble::Empty)?;
    let duration = record.and_then(|record| record.duration).filter(|_| timeline.len() > 1);
    let last = duration.map_or(last, |duration| last.max(duration / length));
    if !(0..=MOST_SEGMENTS).contains(&last) {
        return Err(Trouble::Nonsense);
    }
    let empty = |number: i64| Segment { start: number * length, viewers: 0, replays: 0 };
    let mut segments: Vec<Segment> = (0..=last).map(empty).collect();
    for (number, segment) in numbered {
        let Some(place) = usize::try_from(number).ok().and_then(|at| segments.get_mut(at)) else {
            continue;
        };
        place.viewers = segment.num_users.unwrap_or(0).max(0);
        place.replays = (segment.num_views.unwrap_or(0) - place.viewers).max(0);
    }
    Ok(segments)
}

fn most_seen(segments: &[Segment]) -> Option<&Segment> {
    segments.iter().max_by_key(|segment| (segment.viewers + segment.replays, -segment.start))
}

fn summary(texts: &Texts, segments: &[Segment], views: Views) -> String {
    let most = most_seen(segments);
    texts.say_with(
        "timeline-summary",
        &[
            ("share", texts.card_percent(views.halves().good_share()).into()),
            ("time", most.map_or_else(String::new, |most| format::time(most.start)).into()),
        ],
    )
}

/// Viewers and replays; the last segment is drawn to the video's end.
fn chart(texts: &Texts, segments: &[Segment], duration: Option<i64>) -> Drawing {
    let mut drawn = segments.to_vec();
    if let (Some(last), Some(end)) = (segments.last(), duration)
        && end > last.start
    {
        drawn.push(Segment { start: end, ..*last });
    }
    let seconds: Vec<i64> = drawn.iter().map(|segment| segment.start).collect();
    let series = |name: &str, look, of: fn(&Segment) -> i64| TimeSeries {
        name: texts.say(name),
        look,
        values: drawn.iter().map(|segment| of(segment) as f64).collect(),
        labels: drawn.iter().map(|segment| texts.number(of(segment))).collect(),
    };
    let series = [
        series("unique-viewers", Look::FIRST, |segment| segment.viewers),
        series("replays", Look::series(2), |segment| segment.replays),
    ];
    let totals: Vec<String> =
        drawn.iter().map(|one| texts.number(one.viewers + one.replays)).collect();
    let total = stacked::Total { name: &texts.say("total"), labels: &totals };
    stacked::counts(&words(texts, segments), &Axis::seconds(&seconds), &series, &total)
}

fn words<'t>(texts: &'t Texts, segments: &[Segment]) -> Words<'t> {
    let most = most_seen(segments);
    Words {
        t: texts,
        id: "timeline",
        title: texts.say("term-total-video-views"),
        description: texts.say_with(
            "timeline-chart",
            &[
                ("first", segments.first().map_or(0, |first| first.viewers).into()),
                ("last", segments.last().map_or(0, |last| last.viewers).into()),
                ("most", most.map_or(0, |most| most.viewers + most.replays).into()),
                ("time", most.map_or_else(String::new, |most| format::time(most.start)).into()),
            ],
        ),
        x: texts.say("axis-video-time"),
        y: texts.say("axis-views"),
    }
}

fn table(texts: &Texts, segments: &[Segment]) -> Table {
    let row = |segment: &Segment| {
        vec![
            Cell::text(format::time(segment.start), Key::Number(segment.start as f64)),
            Cell::number(texts, segment.viewers),
            Cell::number(texts, segment.replays),
        ]
    };
    Table {
        id: "data",
        title: texts.say("term-total-video-views"),
        columns: vec![
            Column::words("time", texts.say("column-time")),
            Column::figures("unique_viewers", texts.say("unique-viewers")),
            Column::figures("replays", texts.say("replays")),
        ],
        rows: segments.iter().map(row).collect(),
        footer: None,
        order: ("time", Order::Ascending),
        page_size: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn segment(segment: i64, num_users: i64, num_views: i64) -> VideoSegment {
        VideoSegment {
            segment: Some(segment),
            num_users: Some(num_users),
            num_views: Some(num_views),
            created: None,
        }
    }

    fn video(duration: Option<i64>) -> Video {
        Video {
            pipeline_video_id: "c|v".to_owned(),
            encoded_module_id: "v".to_owned(),
            duration,
            segment_length: Some(5),
            users_at_start: Some(9),
            users_at_end: Some(5),
            created: None,
        }
    }

    fn told(timeline: &[VideoSegment], record: Option<&Video>) -> Section<Vec<(i64, i64, i64)>> {
        let segments = segments(timeline, record)?;
        Ok(segments.iter().map(|one| (one.start, one.viewers, one.replays)).collect())
    }

    #[test]
    fn holes_and_the_rest_are_empty() {
        let timeline = [segment(3, 4, 6), segment(1, 9, 9)];
        let seen = told(&timeline, Some(&video(Some(27))));
        let expected = [(0, 0, 0), (5, 9, 0), (10, 0, 0), (15, 4, 2), (20, 0, 0), (25, 0, 0)];
        assert_eq!(seen.unwrap(), expected);
        assert_eq!(told(&timeline, None).unwrap(), expected[..4]);
        // One point alone is not drawn out, whatever the duration.
        assert_eq!(told(&timeline[1..], Some(&video(Some(27)))).unwrap(), expected[..2]);
    }

    #[test]
    fn what_makes_no_sense_is_not_drawn() {
        assert_eq!(told(&[], None), Err(Trouble::Empty));
        assert_eq!(told(&[segment(i64::MAX, 1, 1)], None), Err(Trouble::Nonsense));
        let endless = video(Some(i64::MAX));
        let two = [segment(0, 1, 1), segment(1, 1, 1)];
        assert_eq!(told(&two, Some(&endless)), Err(Trouble::Nonsense));
        assert_eq!(told(&[segment(-4, 1, 1), segment(0, 2, 1)], None).unwrap(), [(0, 2, 0)]);
    }
}
