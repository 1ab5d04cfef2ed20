//! What is in a course: sections, subsections, units, videos, problems and the odd other block.

use std::ops::Range;

use crate::clock::{DAY, Micros};
use crate::courses::{HOST, Keys, url_text};
use crate::json;
use crate::questions::Part;
use crate::rng::Rng;

const FRAME_QUERY: &str =
    "?exam_access=&recheck_access=1&show_bookmark=0&show_title=0&view=student_view";
const TITLES: [&str; 16] = [
    "Foundations",
    "First look",
    "Inside the \"cell\"",
    "Measuring things",
    "Müller's law",
    "a < b, and why",
    "細胞の世界",
    "",
    "Worked examples",
    "Practice",
    "Перевірка",
    "Looking closer",
    "A tour",
    "Summing up",
    "العودة",
    "What if?",
];

/// A block: its kind, id and key, and what its display name is.
#[derive(Clone, Debug)]
pub struct Block {
    /// Type: `problem`, `video`, …
    pub kind: &'static str,
    /// 32 hexadecimal digits.
    pub id: String,
    /// Usage key.
    pub key: String,
    /// Id of its element in the page.
    pub element: String,
    /// Path of its handlers.
    pub handler: String,
    /// Display name; may be empty or need escapes.
    pub title: String,
    /// `context.module` of its events, as JSON.
    pub module: String,
}

/// A section.
#[derive(Debug)]
pub struct Chapter {
    /// Its block.
    pub block: Block,
    /// Its subsections.
    pub sequences: Range<usize>,
    /// Not shown to learners.
    pub hidden: bool,
}

/// How a subsection counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Not graded.
    Practice,
    /// One of the graded sets of problems.
    Homework,
    /// The exam in the middle.
    Midterm,
    /// The exam at the end.
    Final,
}

impl Format {
    /// The assignment type, where there is one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Practice => None,
            Self::Homework => Some("Homework"),
            Self::Midterm => Some("Midterm"),
            Self::Final => Some("Final"),
        }
    }
}

/// A subsection.
#[derive(Debug)]
pub struct Sequence {
    /// Its block.
    pub block: Block,
    /// Its section.
    pub chapter: usize,
    /// Its units.
    pub units: Range<usize>,
    /// How it counts.
    pub format: Format,
    /// Path of its courseware page.
    pub path: String,
    /// Address of its courseware page, without the unit.
    pub page: String,
    /// Hash of its visible blocks.
    pub blocks_hash: String,
}

/// A unit.
#[derive(Debug)]
pub struct Unit {
    /// Its block.
    pub block: Block,
    /// Its subsection.
    pub sequence: usize,
    /// Its text.
    pub html: Block,
    /// Its video.
    pub video: Option<usize>,
    /// Its problems.
    pub problems: Range<usize>,
    /// Something else in it.
    pub extra: Option<Block>,
    /// Path of its frame.
    pub frame: String,
    /// Address of its frame: what browser events inside it name as `page`.
    pub page: String,
}

/// A video.
#[derive(Debug)]
pub struct Video {
    /// Its block.
    pub block: Block,
    /// YouTube id, `html5` or `hls`.
    pub code: String,
    /// Seconds.
    pub duration: f64,
    /// Seconds at which viewers pause or go back.
    pub points: Vec<f64>,
}

/// A problem.
#[derive(Debug)]
pub struct Problem {
    /// Its block.
    pub block: Block,
    /// Its subsection.
    pub sequence: usize,
    /// Its questions.
    pub parts: Vec<Part>,
    /// How often it may be tried.
    pub attempts: Option<u32>,
    /// Another seed for each learner.
    pub randomized: bool,
    /// Offers a hint.
    pub hint: bool,
    /// `context.asides` of its events, as JSON.
    pub asides: &'static str,
    /// Taken out of the course at this instant.
    pub removed: Option<Micros>,
}

impl Problem {
    /// The answer id of a question.
    pub fn answer_id(&self, part: usize) -> String {
        format!("{}_{}_1", self.block.element, part + 2)
    }
}

/// Everything in a course.
#[derive(Debug, Default)]
pub struct Outline {
    /// Usage key of the course block.
    pub root: String,
    /// Sections.
    pub chapters: Vec<Chapter>,
    /// Subsections of all sections.
    pub sequences: Vec<Sequence>,
    /// Units of all subsections.
    pub units: Vec<Unit>,
    /// Videos of all units.
    pub videos: Vec<Video>,
    /// Problems of all units.
    pub problems: Vec<Problem>,
}

/// Makes the blocks of one course.
struct Builder<'a> {
    keys: &'a Keys,
    rng: &'a mut Rng,
    start: Micros,
    outline: Outline,
    questions: usize,
}

impl Outline {
    /// A course of `weeks` sections and one hidden one.
    pub fn build(keys: &Keys, weeks: usize, start: Micros, rng: &mut Rng) -> Self {
        let root = keys.usage("course", "course");
        let outline = Self { root, ..Self::default() };
        let mut builder = Builder { keys, rng, start, outline, questions: 0 };
        for week in 0..=weeks {
            builder.chapter(week, weeks);
        }
        builder.outline
    }

    /// The number of units in the first `chapters` sections.
    pub fn units_of(&self, chapters: usize) -> usize {
        let last = self.chapters[..chapters].last();
        last.map_or(0, |chapter| self.sequences[chapter.sequences.end - 1].units.end)
    }
}

impl Builder<'_> {
    fn block(&mut self, kind: &'static str, title: String) -> Block {
        let id = self.rng.hex(32);
        let key = self.keys.usage(kind, &id);
        let module = format!(
            r#"{{"display_name": {}, "usage_key": {}}}"#,
            json::text(&title),
            json::text(&key)
        );
        Block {
            kind,
            element: self.keys.element(kind, &id),
            handler: self.keys.handler(kind, &id),
            id,
            key,
            title,
            module,
        }
    }

    fn title(&mut self, what: &str, number: usize) -> String {
        match self.rng.pick(&TITLES) {
            &"" if what == "unit" => String::new(),
            title => format!("{title} {}", number + 1).trim().to_owned(),
        }
    }

    fn chapter(&mut self, week: usize, weeks: usize) {
        let hidden = week == weeks;
        let name =
            if hidden { "Notes for teachers".to_owned() } else { format!("Week {}", week + 1) };
        let block = self.block("chapter", name);
        let first = self.outline.sequences.len();
        let count = 2 + self.rng.below(3);
        for number in 0..count {
            let exam = number + 1 == count && !hidden;
            let format = match week {
                _ if hidden => Format::Practice,
                _ if exam && week + 1 == weeks => Format::Final,
                _ if exam && week + 1 == weeks.div_ceil(2) => Format::Midterm,
                _ if self.rng.chance(0.8) => Format::Homework,
                _ => Format::Practice,
            };
            self.sequence(&block.id, self.outline.chapters.len(), format);
        }
        let sequences = first..self.outline.sequences.len();
        self.outline.chapters.push(Chapter { block, sequences, hidden });
    }

    fn sequence(&mut self, chapter_id: &str, chapter: usize, format: Format) {
        let number = self.outline.sequences.len();
        let title = match format {
            Format::Midterm | Format::Final => format.name().unwrap_or_default().to_owned(),
            _ => self.title("sequence", number),
        };
        let block = self.block("sequential", title);
        let path = self.keys.courseware(chapter_id, &block.id);
        let first = self.outline.units.len();
        for _ in 0..3 + self.rng.below(4) {
            self.unit(number, format);
        }
        let sequence = Sequence {
            page: format!("{HOST}{}", url_text(&path)),
            path,
            block,
            chapter,
            units: first..self.outline.units.len(),
            format,
            blocks_hash: crate::courses::base64_of(self.rng),
        };
        self.outline.sequences.push(sequence);
    }

    fn unit(&mut self, sequence: usize, format: Format) {
        let number = self.outline.units.len();
        let title = self.title("unit", number);
        let block = self.block("vertical", title);
        let html = self.block("html", "Text".to_owned());
        let exam = matches!(format, Format::Midterm | Format::Final);
        let video = (!exam && self.rng.chance(0.65)).then(|| self.video());
        let first = self.outline.problems.len();
        let shares = if format == Format::Practice {
            [72.0, 20.0, 5.5, 1.8, 0.7]
        } else {
            [30.0, 42.0, 19.0, 7.0, 2.0]
        };
        for _ in 0..self.rng.weighted(&shares) {
            self.problem(sequence);
        }
        let extra = extra_kind(number).map(|(kind, title)| self.block(kind, title.to_owned()));
        let frame = format!("/xblock/{}", block.key);
        let page = if self.keys.framed() {
            format!("{HOST}{}{FRAME_QUERY}", url_text(&frame))
        } else {
            format!("{HOST}{}", url_text(&self.keys.courseware("week1", "atoms")))
        };
        let problems = first..self.outline.problems.len();
        self.outline.units.push(Unit {
            block,
            sequence,
            html,
            video,
            problems,
            extra,
            frame,
            page,
        });
    }

    fn video(&mut self) -> usize {
        let number = self.outline.videos.len();
        let title = self.title("video", number);
        let block = self.block("video", title);
        let duration = (self.rng.lognormal(360.0, 0.6)).clamp(40.0, 1680.0).round();
        let code = match self.rng.below(10) {
            0 => "html5".to_owned(),
            1 => "hls".to_owned(),
            _ => youtube_id(self.rng),
        };
        let points = (0..2 + self.rng.below(4)).map(|_| self.rng.uniform(5.0, duration)).collect();
        self.outline.videos.push(Video { block, code, duration, points });
        number
    }

    fn problem(&mut self, sequence: usize) {
        let number = self.outline.problems.len();
        let title = self.title("problem", number);
        let block = self.block("problem", title);
        let count = if number == 9 { 5 } else { 1 + self.rng.weighted(&[86.0, 10.0, 4.0]) };
        let parts = (0..count).map(|_| self.part()).collect();
        let attempts = [None, Some(1), Some(2), Some(3), Some(5)]
            [self.rng.weighted(&[40.0, 15.0, 20.0, 15.0, 10.0])];
        let problem = Problem {
            block,
            sequence,
            parts,
            attempts,
            randomized: number == 7,
            hint: self.rng.chance(0.2),
            asides: asides(number),
            removed: (number == 5).then_some(self.start + 21 * DAY),
        };
        self.outline.problems.push(problem);
    }

    fn part(&mut self) -> Part {
        self.questions += 1;
        Part::draw(self.questions - 1, self.rng)
    }
}

/// Blocks that occur once in a course.
fn extra_kind(unit: usize) -> Option<(&'static str, &'static str)> {
    match unit {
        4 => Some(("drag-and-drop-v2", "Label the cell")),
        7 => Some(("poll", "Ready?")),
        10 => Some(("openassessment", "Essay: what is life?")),
        13 => Some(("library_content", "Random pick")),
        16 => Some(("done", "Reading done")),
        19 => Some(("google-document", "Slides")),
        22 => Some(("survey", "How was it?")),
        25 => Some(("problem-builder", "Step by step")),
        28 => Some(("oppia", "Exploration")),
        _ => None,
    }
}

/// Tags as authors set them: most problems have an outcome, some two or only a difficulty, a few none.
fn asides(number: usize) -> &'static str {
    const TAGS: [&str; 8] = [
        r#"{"tagging_aside": {"saved_tags": {"difficulty": "Easy", "learning_outcome": ["Name parts", "Compare parts"]}}}"#,
        r#"{"tagging_aside": {"saved_tags": {"difficulty": "Hard"}}}"#,
        r#"{"tagging_aside": {"saved_tags": {"difficulty": "Easy", "learning_outcome": "Name parts"}}}"#,
        r#"{"tagging_aside": {"saved_tags": {"difficulty": "Medium", "learning_outcome": "Compare parts"}}}"#,
        "{}",
        r#"{"tagging_aside": {"saved_tags": {"difficulty": "Medium", "learning_outcome": ["Read a chart"]}}}"#,
        r#"{"tagging_aside": {"saved_tags": {"difficulty": "Hard", "learning_outcome": ["Argue from data", "Read a chart"]}}}"#,
        r#"{"tagging_aside": {"saved_tags": {"difficulty": "Hard", "learning_outcome": "Apply a law"}}}"#,
    ];
    TAGS[number % TAGS.len()]
}

fn youtube_id(rng: &mut Rng) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    (0..11).map(|_| DIGITS[rng.below(64)] as char).collect()
}

#[cfg(test)]
mod tests {
    use crate::courses;

    #[test]
    fn ranges_join_up_and_blocks_are_unique() {
        let course = &courses::all(4, 1, 20_000, 20_181)[0];
        let outline = &course.outline;
        assert_eq!(outline.chapters.last().map(|c| c.sequences.end), Some(outline.sequences.len()));
        assert_eq!(outline.sequences.last().map(|s| s.units.end), Some(outline.units.len()));
        assert_eq!(outline.units.last().map(|u| u.problems.end), Some(outline.problems.len()));
        let mut keys: Vec<_> = outline.units.iter().map(|u| &u.block.key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), outline.units.len());
        assert!(outline.chapters.last().is_some_and(|c| c.hidden));
        assert!(outline.problems.iter().any(|p| p.parts.len() == 5));
        assert!(outline.problems.iter().any(|p| p.randomized));
    }

    #[test]
    fn a_custom_course_has_the_blocks_of_its_parent() {
        let courses = courses::all(4, 7, 20_000, 20_181);
        let id = |index: usize| courses[index].outline.units[0].block.id.clone();
        assert_eq!(id(0), id(6));
        assert!(courses[6].outline.units[0].block.key.starts_with("ccx-block-v1:"));
    }
}
