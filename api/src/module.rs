//! The resources of one problem, sequential or video, whose id may hold anything (spec 50 §8.1 to
//! §8.4).

use api_client::{Grade, SequentialOpens, Version, VideoSegment};
use warp::reply::Response;

use crate::description::{self, Answer, Described};
use crate::engagement;
use crate::error::Error;
use crate::performance::{answers, problems};
use crate::resource::{Call, Resource, Source};
use crate::service::Service;

/// A resource of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    version: Version,
    id: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Opens,
    Answers,
    Grades,
    Timeline,
}

/// The beginnings and ends of their paths, in the order in which they are tried.
const KINDS: [(&str, &str, Kind); 4] = [
    ("problems/", "/sequential_open_distribution/", Kind::Opens),
    ("problems/", "/answer_distribution/", Kind::Answers),
    ("problems/", "/grade_distribution/", Kind::Grades),
    ("videos/", "/timeline/", Kind::Timeline),
];

/// The resources of a module, for their readers.
pub(crate) fn described() -> Vec<Described> {
    KINDS.iter().map(|(start, end, kind)| kind.described(start, end)).collect()
}

impl Kind {
    fn described(self, start: &str, end: &str) -> Described {
        let (about, answer) = match self {
            Self::Opens => {
                ("how many learners opened a sequential", Answer::list::<SequentialOpens>())
            }
            Self::Answers => {
                ("how many learners gave each answer", Answer::list::<api_client::Answer>())
            }
            Self::Grades => ("how many learners have each grade", Answer::list::<Grade>()),
            Self::Timeline => {
                ("how many learners saw each segment of a video", Answer::list::<VideoSegment>())
            }
        };
        Described {
            path: format!("/api/{{version}}/{start}{{id}}{end}").into(),
            versions: &["v0", "v1"],
            area: "Problems and videos",
            about,
            parameters: Vec::new(),
            asked: description::Asked::Get,
            public: false,
            tables: self.tables(),
            personal: false,
            answer,
        }
    }

    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Opens => &["sequential_open_distribution"],
            Self::Answers => &["answer_distribution"],
            Self::Grades => &["grade_distribution"],
            Self::Timeline => &["video_timeline"],
        }
    }
}

impl Asked {
    /// What a path behind its version names.
    pub(crate) fn find(version: Version, path: &str) -> Option<Self> {
        KINDS.iter().find_map(|(start, end, kind)| {
            let id = path.strip_prefix(start)?.strip_suffix(end)?;
            let is_id = !id.is_empty() && !id.contains('\n');
            is_id.then(|| Self { version, id: id.to_owned(), kind: *kind })
        })
    }

    /// The resource.
    pub(crate) fn resource(&self) -> Resource {
        let tables = self.kind.tables();
        let asked = (tables[0], self.id.clone());
        let source = Some(Source { version: self.version, tables, asked });
        Resource { source, ..Resource::READ }
    }
}

pub(crate) async fn answer(
    service: &Service,
    asked: &Asked,
    call: &Call,
) -> Result<Response, Error> {
    let (store, id) = (service.store(asked.version), asked.id.as_str());
    match asked.kind {
        Kind::Opens => {
            let rows = problems::opens(store, id).await?;
            call.listed(&of_courses(rows, call, |row| &row.course_id))
        }
        Kind::Answers => {
            let rows = answers::answers(store, id).await?;
            call.listed(&of_courses(rows, call, |row| &row.course_id))
        }
        Kind::Grades => {
            let rows = problems::grades(store, id).await?;
            call.listed(&of_courses(rows, call, |row| &row.course_id))
        }
        Kind::Timeline => {
            // The id of a video begins with that of its course.
            call.may_read(id.split('|').next().unwrap_or(id))?;
            call.listed(&engagement::timeline(store, id).await?)
        }
    }
}

/// The rows of courses that the caller's token may read.
fn of_courses<T>(mut rows: Vec<T>, call: &Call, course_id: impl Fn(&T) -> &str) -> Vec<T> {
    rows.retain(|row| call.admits(course_id(row)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_may_hold_slashes_and_names_of_resources() {
        let found = |path| Asked::find(Version::V0, path).map(|asked| (asked.kind, asked.id));
        for (path, kind, id) in [
            (
                "problems/i4x://o/c/problem/x/answer_distribution/",
                Kind::Answers,
                "i4x://o/c/problem/x",
            ),
            (
                "problems/x/answer_distribution/y/grade_distribution/",
                Kind::Grades,
                "x/answer_distribution/y",
            ),
            ("problems/ /sequential_open_distribution/", Kind::Opens, " "),
            ("videos/course-v1:o+c+r|i4x-é x/timeline/", Kind::Timeline, "course-v1:o+c+r|i4x-é x"),
        ] {
            assert_eq!(found(path), Some((kind, id.to_owned())), "{path}");
        }
        for path in
            ["problems//timeline/", "problems/answer_distribution/", "videos/a\nb/timeline/"]
        {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
