//! The courses of the university: who gives them, when they run, and how their keys and
//! addresses are spelt (05 §2.0, §3.1).

use crate::clock::{DAY, Day, Micros};
use crate::outline::Outline;
use crate::rng::{Purpose, Rng};
use crate::schedule::Window;

/// Address of the LMS.
pub const HOST: &str = "https://courses.northvale.example";
/// Address of the front end of courses.
pub const APPS: &str = "https://apps.northvale.example";

/// In which part of its life a course is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Paced by its teachers and open now.
    Running,
    /// Over, certificates issued.
    Finished,
    /// Everyone at their own pace, open all the time.
    SelfPaced,
    /// A course of 2014 with old keys, still visited.
    Legacy,
    /// Announced, not open yet.
    Upcoming,
    /// Over for long, still visited.
    Archived,
    /// A custom course of a school class, made from another course.
    Custom,
}

/// A course run.
#[derive(Debug)]
pub struct Course {
    /// Number among the courses.
    pub index: usize,
    /// Its id.
    pub id: String,
    /// Its id as it stands in addresses.
    pub url_id: String,
    /// Organisation.
    pub org: String,
    /// Course number.
    pub number: String,
    /// Run.
    pub run: String,
    /// Display name.
    pub title: String,
    /// Part of its life.
    pub kind: Kind,
    /// Its days.
    pub window: Window,
    /// Sections, subsections, units and what is in them.
    pub outline: Outline,
    /// 24 hexadecimal digits of the published version.
    pub version: String,
    /// Hash of the grading policy.
    pub policy_hash: String,
    /// Percentage from which a learner passes.
    pub pass_mark: f64,
    /// Share of registrations, relative.
    pub popularity: f64,
}

struct Recipe {
    org: &'static str,
    number: &'static str,
    title: &'static str,
    kind: Kind,
    popularity: f64,
}

const fn recipe(
    org: &'static str,
    number: &'static str,
    title: &'static str,
    kind: Kind,
    popularity: f64,
) -> Recipe {
    Recipe { org, number, title, kind, popularity }
}

const RECIPES: [Recipe; 7] = [
    recipe("NorthvaleX", "BIO101", "Cells and Life", Kind::Running, 34.0),
    recipe("HarborU", "STAT110", "Data, Chance & \"Proof\"", Kind::Finished, 26.0),
    recipe("ÜberseeX", "GEO3", "Steine, Flüsse, Städte 🏔", Kind::SelfPaced, 16.0),
    recipe("NorthvaleX", "CHEM1", "Atoms <and> Bonds", Kind::Legacy, 5.0),
    recipe("HarborU", "PHYS20", "力学入門 Mechanics", Kind::Upcoming, 7.0),
    recipe("NorthvaleX", "ASTRO5", "The Night Sky", Kind::Archived, 4.0),
    recipe("NorthvaleX", "BIO101", "Cells and Life, Class 7b", Kind::Custom, 8.0),
];
/// Number of courses when none is asked for.
pub const USUAL_COURSES: usize = RECIPES.len();

const MORE_ORGS: [&str; 3] = ["HarborU", "NorthvaleX", "ÜberseeX"];
const MORE_SUBJECTS: [&str; 5] = ["HIST", "ECON", "MUS", "CS", "LAW"];
const MORE_KINDS: [Kind; 3] = [Kind::Finished, Kind::SelfPaced, Kind::Running];

/// The courses of a university whose logs run from `first` to `last`.
pub fn all(seed: u64, count: usize, first: Day, last: Day) -> Vec<Course> {
    (0..count).map(|index| Course::new(seed, index, first, last)).collect()
}

impl Course {
    fn new(seed: u64, index: usize, first: Day, last: Day) -> Self {
        let mut rng = Rng::keyed(seed, Purpose::Outline, [index as u64, 0]);
        let recipe = RECIPES.get(index);
        let kind = recipe.map_or(MORE_KINDS[index % 3], |r| r.kind);
        let org = recipe.map_or(MORE_ORGS[index % 3], |r| r.org).to_owned();
        let number = recipe.map_or_else(
            || format!("{}{index}", MORE_SUBJECTS[index % 5]),
            |r| r.number.to_owned(),
        );
        let title =
            recipe.map_or_else(|| format!("Topics {index} in {number}"), |r| r.title.to_owned());
        let window = window(kind, first, last);
        let run = run(kind, window.start);
        let id = course_id(kind, &org, &number, &run);
        let keys = Keys::new(kind, &org, &number, &run, &id);
        let weeks = ((window.end - window.start) / 7).clamp(4, 12) as usize;
        let outline_seed = if kind == Kind::Custom { 0 } else { index as u64 };
        let mut structure = Rng::keyed(seed, Purpose::Outline, [outline_seed, 1]);
        Self {
            index,
            url_id: url_text(&id),
            outline: Outline::build(&keys, weeks, window.start * DAY, &mut structure),
            id,
            org,
            number,
            run,
            title,
            kind,
            window,
            version: rng.hex(24),
            policy_hash: base64_of(&mut rng),
            pass_mark: 0.5,
            popularity: recipe.map_or(60.0 / (index + 1) as f64, |r| r.popularity),
        }
    }

    /// When the course was last edited.
    pub fn edited(&self) -> Micros {
        (self.window.start - 20) * DAY + 42_002_771_000
    }

    /// Whether learners can enter on a day.
    pub fn open(&self, day: Day) -> bool {
        day >= self.window.start
    }

    /// Whether weekly deadlines hold on a day.
    pub fn paced(&self, day: Day) -> bool {
        matches!(self.kind, Kind::Running | Kind::Finished | Kind::Custom) && day <= self.window.end
    }

    /// Number of sections that learners can see on a day.
    pub fn released(&self, day: Day) -> usize {
        let visible = self.outline.chapters.iter().filter(|chapter| !chapter.hidden).count();
        if !matches!(self.kind, Kind::Running | Kind::Finished | Kind::Custom) {
            return visible;
        }
        let span = (self.window.end - self.window.start).max(1);
        let weeks = (day - self.window.start).max(0) as usize * visible / span as usize + 1;
        weeks.min(visible)
    }

    /// Whether a school or campus sends its class, so that nearly all take part.
    pub fn campus(&self) -> bool {
        self.kind == Kind::Custom
    }

    /// Path behind `/courses/<id>`.
    pub fn path(&self, rest: &str) -> String {
        format!("/courses/{}{rest}", self.id)
    }

    /// Address behind `/courses/<id>`.
    pub fn page(&self, rest: &str) -> String {
        format!("{HOST}/courses/{}{rest}", self.url_id)
    }

    /// Address of the course's front end.
    pub fn front(&self, rest: &str) -> String {
        format!("{APPS}/learning/course/{}{rest}", self.url_id)
    }

    /// Address of a handout of the course.
    pub fn asset(&self, file: &str) -> String {
        if self.kind == Kind::Legacy {
            return format!("/c4x/{}/{}/asset/{file}", self.org, self.number);
        }
        format!("/asset-v1:{}+{}+{}+type@asset+block@{file}", self.org, self.number, self.run)
    }

    /// The day on which somebody registers.
    pub fn registration_day(&self, rng: &mut Rng) -> Day {
        let Window { first, last, start, .. } = self.window;
        match self.kind {
            Kind::SelfPaced | Kind::Archived | Kind::Legacy => rng.between(first, last),
            Kind::Custom if rng.chance(0.9) => (start - rng.between(1, 7)).clamp(first, last),
            _ => self.window.registration_day(rng),
        }
    }
}

fn window(kind: Kind, first: Day, last: Day) -> Window {
    let span = last - first + 1;
    let (start, end) = match kind {
        Kind::Running if span >= 120 => (last - 40, last + 15),
        Kind::Running => (first + span * 3 / 10, last + span / 5),
        Kind::Finished => (first + span / 5, first + span / 5 + (span * 9 / 20).min(84)),
        Kind::SelfPaced => (last - 365.max(span), last + 365),
        Kind::Legacy => (16_195, 16_265),
        Kind::Upcoming => (last + 14, last + 70),
        Kind::Archived => (last - 300 - span, last - 200 - span),
        Kind::Custom => (first + span / 2, first + span / 2 + (span / 3).min(56)),
    };
    let announced = (start - 45).max(first);
    Window { first, last, announced, start, end }
}

fn run(kind: Kind, start: Day) -> String {
    let date = crate::clock::date_of_day(start);
    let term = 1 + chrono::Datelike::month0(&date) / 4;
    let year = chrono::Datelike::year(&date);
    if kind == Kind::SelfPaced { format!("{year}_self") } else { format!("{year}_T{term}") }
}

fn course_id(kind: Kind, org: &str, number: &str, run: &str) -> String {
    match kind {
        Kind::Legacy => format!("{org}/{number}/{run}"),
        Kind::Custom => format!("ccx-v1:{org}+{number}+{run}+ccx@7"),
        _ => format!("course-v1:{org}+{number}+{run}"),
    }
}

/// Text of an address with everything outside ASCII percent-encoded.
pub fn url_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'!'..=b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// 28 characters as the base64 of a SHA-1 has them.
pub fn base64_of(rng: &mut Rng) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text: String = (0..27).map(|_| DIGITS[rng.below(64)] as char).collect();
    text.push('=');
    text
}

/// How the blocks of one course are spelt.
#[derive(Debug)]
pub struct Keys {
    legacy: bool,
    /// Beginning of a usage key, up to the type.
    prefix: String,
    org: String,
    number: String,
    course_path: String,
}

impl Keys {
    fn new(kind: Kind, org: &str, number: &str, run: &str, id: &str) -> Self {
        let prefix = match kind {
            Kind::Legacy => format!("i4x://{org}/{number}"),
            Kind::Custom => format!("ccx-block-v1:{org}+{number}+{run}+ccx@7"),
            _ => format!("block-v1:{org}+{number}+{run}"),
        };
        Self {
            legacy: kind == Kind::Legacy,
            prefix,
            org: org.to_owned(),
            number: number.to_owned(),
            course_path: format!("/courses/{id}"),
        }
    }

    /// The usage key of a block.
    pub fn usage(&self, kind: &str, id: &str) -> String {
        if self.legacy {
            format!("{}/{kind}/{id}", self.prefix)
        } else {
            format!("{}+type@{kind}+block@{id}", self.prefix)
        }
    }

    /// The id of a block's element in the page: what video and answer ids begin with.
    pub fn element(&self, kind: &str, id: &str) -> String {
        if self.legacy {
            format!("i4x-{}-{}-{kind}-{id}", self.org, self.number)
        } else {
            id.to_owned()
        }
    }

    /// Path of a block's handlers, with the final slash.
    pub fn handler(&self, kind: &str, id: &str) -> String {
        let key = if self.legacy {
            format!("i4x:;_;_{};_{};_{kind};_{id}", self.org, self.number)
        } else {
            self.usage(kind, id)
        };
        format!("{}/xblock/{key}/handler/", self.course_path)
    }

    /// Path of a courseware page.
    pub fn courseware(&self, chapter: &str, sequence: &str) -> String {
        format!("{}/courseware/{chapter}/{sequence}/", self.course_path)
    }

    /// Whether units are shown in frames of their own.
    pub fn framed(&self) -> bool {
        !self.legacy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_courses_cover_every_kind_of_id() {
        let courses = all(1, USUAL_COURSES, 20_000, 20_181);
        let ids: Vec<_> = courses.iter().map(|course| course.id.as_str()).collect();
        assert!(ids[0].starts_with("course-v1:NorthvaleX+BIO101+"));
        assert!(ids.iter().any(|id| !id.is_ascii()));
        assert_eq!(ids[3], "NorthvaleX/CHEM1/2014_T2");
        assert!(ids[6].starts_with("ccx-v1:") && ids[6].ends_with("+ccx@7"));
        assert!(courses[2].url_id.starts_with("course-v1:%C3%9CberseeX"));
    }

    #[test]
    fn windows_fit_the_span() {
        for span in [20, 60, 182, 3650] {
            for course in all(1, 10, 20_000, 20_000 + span - 1) {
                let Window { start, end, .. } = course.window;
                assert!(start < end, "{}", course.id);
            }
        }
        let courses = all(1, 7, 20_000, 20_181);
        assert_eq!(courses[0].released(20_181), courses[0].outline.chapters.len() - 2);
        assert!(courses[1].window.end < 20_181);
        assert!(!courses[4].open(20_181));
    }

    #[test]
    fn legacy_keys_have_slashes_and_elements_dashes() {
        let keys = Keys::new(Kind::Legacy, "O", "C", "R", "O/C/R");
        assert_eq!(keys.usage("video", "x"), "i4x://O/C/video/x");
        assert_eq!(keys.element("video", "x"), "i4x-O-C-video-x");
        assert_eq!(
            keys.handler("video", "x"),
            "/courses/O/C/R/xblock/i4x:;_;_O;_C;_video;_x/handler/"
        );
    }
}
