//! The pages, one file an area, and the frame around all of them (spec 60 §2.0).

pub mod announcements;
pub mod catalog;
pub mod course;
pub mod drill;
pub mod engagement;
pub mod enrollment;
mod filters;
mod halves;
pub mod help;
pub mod landing;
pub mod learners;
pub mod performance;
pub mod preference;
pub mod programs;
pub mod report;
pub mod tree;

use api_client::CourseSummary;
use chrono::Datelike;

use crate::asset;
use crate::config::Brand;
use crate::course_id::CourseId;
use crate::site::{Theme, Visit};
use crate::text::{Language, Texts};

/// A link with its words; the current one is where the reader is.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where it leads.
    pub url: String,
    /// Its words.
    pub text: String,
    /// Its symbol in the icon file; empty for none.
    pub icon: &'static str,
    /// Whether the reader is there.
    pub current: bool,
}

/// A heading of the navigation with its links.
#[derive(Clone, Debug)]
pub struct RailGroup {
    /// The lens; none for what stands above all lenses.
    pub title: Option<String>,
    /// Its reports.
    pub links: Vec<Link>,
}

/// The course that a page is about.
#[derive(Clone, Debug)]
pub struct CourseContext {
    /// Its key.
    pub id: CourseId,
    /// Its title; the key where none is known.
    pub name: String,
    /// Its home.
    pub url: String,
}

impl CourseContext {
    /// A course whose title is known, or not.
    pub fn new(id: &CourseId, title: Option<String>) -> Self {
        let name = title.filter(|title| !title.trim().is_empty());
        Self { id: id.clone(), name: name.unwrap_or_else(|| id.to_string()), url: id.url() }
    }

    /// A course by its summary, where there is one.
    pub fn of(id: &CourseId, summary: Option<&CourseSummary>) -> Self {
        Self::new(id, summary.and_then(|summary| summary.catalog_course_title.clone()))
    }

    /// Whether the name says more than the key.
    pub fn has_title(&self) -> bool {
        self.name != self.id.as_str()
    }
}

/// What stands around every page.
pub struct Frame<'a> {
    /// The texts.
    pub t: &'a Texts,
    /// Names and outside addresses.
    pub brand: &'a Brand,
    /// The languages on offer.
    pub languages: Vec<&'a Language>,
    /// The colours chosen.
    pub theme: Theme,
    /// The page's own title.
    pub title: String,
    /// The user, on pages that ask for one.
    pub user: Option<String>,
    /// The course, on pages of one.
    pub course: Option<CourseContext>,
    /// Whether the course goes by its name, not by its key.
    pub by_name: bool,
    /// The way here from the index.
    pub crumbs: Vec<Link>,
    /// The navigation at the side.
    pub rail: Vec<RailGroup>,
    /// The help on this page.
    pub help: String,
    /// This address, to come back to.
    pub here: String,
    /// What forms of this page hold, so that they are known to be of this site.
    pub form_secret: &'a str,
    /// What the operators tell.
    pub announcements: Vec<announcements::Shown>,
    /// Whether figures are shown that may not be the newest.
    pub outdated: bool,
    /// The script that tells operators what this reader uses, where they ask for it.
    pub usage: Option<&'static str>,
    /// The year of the footer.
    pub year: i32,
}

impl<'a> Frame<'a> {
    /// The frame of a page with this title and help.
    pub fn new(visit: &'a Visit, title: String, help: String) -> Self {
        Self {
            t: visit.texts(),
            brand: &visit.site.config.brand,
            languages: visit.site.languages.offered().collect(),
            theme: visit.theme,
            title,
            user: visit.session().map(|session| session.username.clone()),
            course: None,
            by_name: visit.live.features.display_course_name_in_nav,
            crumbs: Vec::new(),
            rail: Vec::new(),
            help,
            here: visit.address(),
            form_secret: visit.form_secret(),
            announcements: announcements::above(visit),
            outdated: visit.is_outdated(),
            usage: (visit.site.config.usage_file.is_some()
                && visit.session().is_some()
                && visit.may_be_followed())
            .then(|| asset::USAGE.url.as_str()),
            year: visit.now.year(),
        }
    }

    /// The same for a page of a course: course name, way and navigation.
    #[must_use]
    pub fn of_course(mut self, visit: &Visit, course: CourseContext, place: Place) -> Self {
        self.rail = rail(visit, &course, place);
        self.crumbs = crumbs(self.t, &course, place);
        self.course = Some(course);
        self
    }

    /// The address of the style sheet.
    pub fn style(&self) -> &'static str {
        &asset::STYLE.url
    }

    /// The address of the script.
    pub fn script(&self) -> &'static str {
        &asset::SCRIPT.url
    }

    /// The address of the script that saves charts.
    pub fn chart_files(&self) -> &'static str {
        &asset::CHART_FILES.url
    }

    /// The address of the outlines of all countries.
    pub fn world(&self) -> &'static str {
        &asset::WORLD.url
    }

    /// The address of the icons.
    pub fn icons(&self) -> &'static str {
        &asset::ICONS.url
    }

    /// The address of the tab's icon.
    pub fn favicon(&self) -> &'static str {
        &asset::FAVICON.url
    }
}

/// A page of a course, as the navigation knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Course home.
    Home,
    /// Enrollment › Activity.
    Activity,
    /// Enrollment › Demographics › Age.
    Age,
    /// Enrollment › Demographics › Education.
    Education,
    /// Enrollment › Demographics › Gender.
    Gender,
    /// Enrollment › Geography.
    Geography,
    /// Engagement › Content.
    Content,
    /// Engagement › Videos, on every depth.
    Videos,
    /// Performance › Graded content, on every depth.
    Graded,
    /// Performance › Ungraded problems, on every depth.
    Ungraded,
    /// Performance › Learning outcomes, on every depth.
    Outcomes,
    /// Learners, all and one.
    Learners,
}

/// What a page is called by: in its address, in texts, in names of files, in the help.
struct Names {
    path: &'static str,
    text: &'static str,
    file: &'static str,
    help: &'static str,
}

impl Place {
    /// The pages that share the third level of navigation.
    pub const DEMOGRAPHICS: [Self; 3] = [Self::Age, Self::Education, Self::Gender];

    fn names(self) -> Names {
        let names = |path, text, file, help| Names { path, text, file, help };
        match self {
            Self::Home => names("", "nav-course-home", "course", "course-home"),
            Self::Activity => {
                names("enrollment/activity/", "nav-activity", "enrollment", "enrollment-activity")
            }
            Self::Age => names(
                "enrollment/demographics/age/",
                "nav-age",
                "enrollment-by-birth-year",
                "demographics-age",
            ),
            Self::Education => names(
                "enrollment/demographics/education/",
                "nav-education",
                "enrollment-by-education",
                "demographics-education",
            ),
            Self::Gender => names(
                "enrollment/demographics/gender/",
                "nav-gender",
                "enrollment-by-gender",
                "demographics-gender",
            ),
            Self::Geography => names(
                "enrollment/geography/",
                "nav-geography",
                "enrollment-location",
                "enrollment-geography",
            ),
            Self::Content => names(
                "engagement/content/",
                "nav-content",
                "engagement-activity",
                "engagement-content",
            ),
            Self::Videos => {
                names("engagement/videos/", "nav-videos", "engagement-videos", "engagement-videos")
            }
            Self::Graded => names(
                "performance/graded_content/",
                "nav-graded",
                "performance-graded",
                "performance",
            ),
            Self::Ungraded => names(
                "performance/ungraded_content/",
                "nav-ungraded",
                "performance-ungraded",
                "performance",
            ),
            Self::Outcomes => names(
                "performance/learning_outcomes/",
                "nav-outcomes",
                "performance-outcomes",
                "performance",
            ),
            Self::Learners => names("learners/", "nav-learners", "learners", "learners"),
        }
    }

    /// What follows the course's address.
    pub fn path(self) -> &'static str {
        self.names().path
    }

    /// The name of its text.
    pub fn text(self) -> &'static str {
        self.names().text
    }

    /// The report's part of the name of a file.
    pub fn file_name(self) -> &'static str {
        self.names().file
    }

    /// The help on it.
    pub fn help(self) -> String {
        format!("/help/{}/", self.names().help)
    }

    fn is_demographic(self) -> bool {
        Self::DEMOGRAPHICS.contains(&self)
    }
}

/// The demographics pages that this site may show.
pub fn demographics(visit: &Visit) -> impl Iterator<Item = Place> {
    let age = visit.site.config.age_available;
    Place::DEMOGRAPHICS.into_iter().filter(move |place| age || *place != Place::Age)
}

/// The reports on engagement that this site may show.
pub fn engagement(visit: &Visit) -> impl Iterator<Item = Place> {
    let videos = visit.live.features.enable_engagement_videos_pages;
    [Some(Place::Content), videos.then_some(Place::Videos)].into_iter().flatten()
}

/// The reports on performance that this site may show.
pub fn performance(visit: &Visit) -> impl Iterator<Item = Place> {
    let features = visit.live.features;
    let outline = features.enable_course_api;
    let shown = [
        outline.then_some(Place::Graded),
        outline.then_some(Place::Ungraded),
        features.enable_performance_learning_outcome.then_some(Place::Outcomes),
    ];
    shown.into_iter().flatten()
}

fn rail(visit: &Visit, course: &CourseContext, place: Place) -> Vec<RailGroup> {
    let texts = visit.texts();
    let link = |to: Place, text: &str, icon, current| Link {
        url: format!("{}{}", course.url, to.path()),
        text: texts.say(text),
        icon,
        current,
    };
    let first = demographics(visit).next().unwrap_or(Place::Education);
    let own = |to: Place, icon| link(to, to.text(), icon, place == to);
    let icon = |to: Place| if to == Place::Content { "content" } else { "engagement" };
    let engagement = engagement(visit).map(|to| own(to, icon(to)));
    [
        RailGroup {
            title: None,
            links: vec![link(Place::Home, "nav-course-home", "home", place == Place::Home)],
        },
        RailGroup {
            title: Some(texts.say("nav-enrollment")),
            links: vec![
                link(Place::Activity, "nav-activity", "activity", place == Place::Activity),
                link(first, "nav-demographics", "people", place.is_demographic()),
                link(Place::Geography, "nav-geography", "globe", place == Place::Geography),
            ],
        },
        RailGroup { title: Some(texts.say("nav-engagement")), links: engagement.collect() },
        RailGroup {
            title: Some(texts.say("nav-performance")),
            links: performance(visit).map(|to| own(to, "performance")).collect(),
        },
        RailGroup {
            title: Some(texts.say("nav-learners")),
            links: visit
                .shows_learners(&course.id)
                .then(|| learners::link(texts, course, place))
                .into_iter()
                .collect(),
        },
    ]
    .into_iter()
    .filter(|group| !group.links.is_empty())
    .collect()
}

fn crumbs(texts: &Texts, course: &CourseContext, place: Place) -> Vec<Link> {
    let crumb = |url: String, text: String| Link { url, text, icon: "", current: false };
    let mut crumbs = vec![crumb("/courses/".to_owned(), texts.say("nav-courses"))];
    if place != Place::Home {
        crumbs.push(crumb(course.url.clone(), course.name.clone()));
    }
    crumbs
}
