//! Reports to download: which there are of a course, and links to them (spec 50 §7.13).

mod bucket;
mod folder;

use api_client::Report;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use jobs::event::course_key;
use warp::reply::Response;

use crate::config::ReportSettings;
use crate::course_name;
use crate::description::{self, Answer, Described};
use crate::error::Error;
use crate::path;
use crate::resource::Call;
use crate::service::Service;

pub(crate) use folder::{Download, download};

/// A report of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    course_id: String,
    name: String,
}

impl Asked {
    /// What a path behind its version names; both versions have the same reports.
    pub(crate) fn find(path: &str) -> Option<Self> {
        let (course, name) = path.strip_suffix('/')?.rsplit_once("/reports/")?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_fine = !name.is_empty() && name.bytes().all(is_name);
        let course = course.strip_prefix("courses/").filter(|course| path::is_course(course))?;
        is_fine.then(|| Self { course_id: course.to_owned(), name: name.to_owned() })
    }
}

/// The resource, for its readers; links themselves are followed, not written by anybody.
pub(crate) fn described() -> Vec<Described> {
    vec![Described {
        path: "/api/{version}/courses/{course_id}/reports/{name}/".into(),
        versions: &["v0", "v1"],
        area: "Courses",
        about: "a link to a report as a file (problem_response)",
        parameters: Vec::new(),
        asked: description::Asked::Get,
        public: false,
        tables: &[],
        personal: false,
        answer: Answer::one::<Report>(),
    }]
}

/// Where the files of reports are, and how links to them are made.
pub(crate) struct Reports {
    names: Vec<String>,
    template: String,
    expiry: TimeDelta,
    storage: Storage,
}

enum Storage {
    /// Nowhere.
    None,
    Folder(folder::Folder),
    Bucket(Box<bucket::Bucket>),
}

/// A file, as far as its storage tells.
#[derive(Default)]
struct Found {
    size: Option<u64>,
    modified: Option<NaiveDateTime>,
    /// A link, and when it expires, if it does.
    link: Option<(String, Option<NaiveDateTime>)>,
}

/// What a link is to be.
struct Link<'a> {
    /// The name of the file.
    file: &'a str,
    /// What the downloaded file is called, before its time and ending.
    stem: &'a str,
    now: DateTime<Utc>,
    expiry: TimeDelta,
    /// Where callers reach this service.
    origin: &'a str,
}

impl Link<'_> {
    fn expires(&self) -> DateTime<Utc> {
        self.now + self.expiry
    }

    /// What the downloaded file is called.
    fn file_name(&self, modified: Option<NaiveDateTime>) -> String {
        let time = modified.unwrap_or(self.now.naive_utc()).format("%Y%m%dT%H%M%SZ");
        format!("{}-{time}.csv", self.stem)
    }
}

impl Reports {
    pub(crate) fn new(settings: &ReportSettings) -> Result<Self, object_store::Error> {
        let storage = match settings.folder.as_deref() {
            None => Storage::None,
            Some(url) if url.starts_with("s3://") => {
                Storage::Bucket(Box::new(bucket::Bucket::new(url, settings)?))
            }
            Some(path) => Storage::Folder(folder::Folder::new(path, settings)),
        };
        Ok(Self {
            names: settings.names.clone(),
            template: settings.template.clone(),
            expiry: TimeDelta::seconds(i64::from(settings.expiry_seconds)),
            storage,
        })
    }

    async fn find(&self, link: &Link<'_>) -> Result<Option<Found>, Error> {
        match &self.storage {
            Storage::None => Err(Error::NoLink("no folder of reports is set".to_owned())),
            Storage::Folder(folder) => folder.find(link).await,
            Storage::Bucket(bucket) => bucket.find(link).await,
        }
    }
}

pub(crate) async fn answer(
    service: &Service,
    asked: &Asked,
    call: &Call,
) -> Result<Response, Error> {
    call.may_read(&asked.course_id)?;
    let reports = &service.reports;
    let absent = |course: &str| {
        let message = format!("Could not find report '{}' for course {course}.", asked.name);
        Error::Absent("report_file_not_found", message)
    };
    if !reports.names.contains(&asked.name) {
        return Err(absent(&asked.course_id));
    }
    let safe = safe_id(&asked.course_id);
    // The pipeline names the files of custom courses otherwise (Q25).
    let mut spellings = vec![course_key::filename_safe(&asked.course_id, "_"), safe.clone()];
    spellings.dedup();
    for spelling in spellings {
        let file = reports.template.replace("{course_id}", &spelling);
        let file = file.replace("{report_name}", &asked.name);
        let stem = format!("{safe}-{}", asked.name);
        let (now, expiry) = (service.now(), reports.expiry);
        let link = Link { file: &file, stem: &stem, now, expiry, origin: &call.origin };
        let Some(found) = reports.find(&link).await? else { continue };
        let (download_url, expiration_date) =
            found.link.ok_or_else(|| Error::NoLink("the storage makes no links".to_owned()))?;
        let report = Report {
            course_id: safe,
            report_name: asked.name.clone(),
            download_url,
            last_modified: found.modified,
            expiration_date,
            file_size: found.size,
        };
        return call.one(&report);
    }
    Err(absent(&safe))
}

/// The course as links and answers spell it: `ORG_COURSE_RUN`, letters, digits, `_`, `.` and `-`.
fn safe_id(course_id: &str) -> String {
    let parts = course_name::parts(course_id).map(|parts| parts.join("_"));
    let kept = |letter: char| letter.is_alphanumeric() || "_.-".contains(letter);
    let text = parts.unwrap_or_else(|| course_id.to_owned());
    text.chars().map(|letter| if kept(letter) { letter } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_named_by_letters_digits_and_underscores() {
        let found = |path| Asked::find(path).map(|asked| (asked.course_id, asked.name));
        assert_eq!(
            found("courses/a/b/c/reports/problem_response/"),
            Some(("a/b/c".to_owned(), "problem_response".to_owned()))
        );
        for path in
            ["courses/a/b/c/reports/a-b/", "courses/a/b/c/reports//", "courses/a/b/reports/x/"]
        {
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn a_course_is_spelled_for_names_of_files() {
        for (id, safe) in [
            ("edX/DemoX/Demo_Course", "edX_DemoX_Demo_Course"),
            ("ccx-v1:edx+1.005x-CCX+rerun+ccx@15", "edx_1.005x-CCX_rerun"),
            ("a+b+é c", "a_b_é_c"),
        ] {
            assert_eq!(safe_id(id), safe);
        }
    }
}
