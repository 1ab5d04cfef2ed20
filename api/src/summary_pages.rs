//! Course summaries as a list to page through: filtered, searched and sorted; and the totals over courses
//! (spec 50 §9.2). Served under `/api/v2/`, since the older versions answer plain lists there.

use std::cmp::Ordering;

use api_client::{CourseSummary, CourseTotals, SummaryPage, Version};
use chrono::NaiveDateTime;
use serde::Serialize;
use store::{SummaryFilter, SummaryRow};
use utoipa::ToSchema;
use warp::reply::Response;

use crate::catalog::Asking;
use crate::description::{Answer, Parameter};
use crate::error::Error;
use crate::negotiation::Format;
use crate::page::{self, Asked, PageSizes};
use crate::parameters::one_of;
use crate::reply;
use crate::resource::Call;
use crate::service::Service;
use crate::summaries;

const AVAILABILITIES: [&str; 4] = ["Archived", "Current", "Upcoming", UNKNOWN];
/// Also the availability of a course that has none.
const UNKNOWN: &str = "unknown";
const PACING_TYPES: [&str; 2] = ["self_paced", "instructor_paced"];
const ORDERS: [&str; 8] = [
    "catalog_course_title",
    "start_date",
    "end_date",
    "count",
    "cumulative_count",
    "count_change_7_days",
    "verified_enrollment",
    "passing_users",
];
const SIZES: PageSizes = PageSizes { usual: 100, most: 100 };
/// Behind every title, where there is none.
const NO_TITLE: &str = "zzzzzz";

/// A course with the learners who enrolled as verified.
#[derive(Serialize, ToSchema)]
struct ListedCourse {
    #[serde(flatten)]
    summary: CourseSummary,
    /// Learners enrolled now in mode `verified`.
    verified_enrollment: i64,
}

/// What pages can be asked, besides their courses and fields.
pub(crate) fn parameters() -> Vec<Parameter> {
    let mut parameters = vec![
        Parameter::list("availability", "courses of these").one_of(AVAILABILITIES),
        Parameter::list("pacing_type", "courses of these").one_of(PACING_TYPES),
        Parameter::list("program_ids", "courses of any of these programs"),
        Parameter::new("text_search", "courses whose title or id holds this text"),
        Parameter::new("order_by", "by id if it is not given").one_of(ORDERS),
        Parameter::new("sort_order", "asc if it is not given").one_of(["asc", "desc"]),
    ];
    parameters.extend(page::parameters());
    parameters.push(Parameter::new("all", "all on one page, as a plain list").one_of(["true"]));
    parameters
}

/// What a page is made of.
pub(crate) fn described() -> Answer {
    Answer::page::<SummaryPage<ListedCourse>, ListedCourse>()
}

pub(crate) async fn totals(
    service: &Service,
    asking: &Asking,
    call: &Call,
) -> Result<Response, Error> {
    let filter = SummaryFilter { course_ids: asking.course_ids()?, ..SummaryFilter::default() };
    let rows = summaries::find(service, Version::V0, &filter, call).await?.rows;
    let sum = |count: fn(&SummaryRow) -> Option<i64>| {
        rows.iter().map(|row| count(row).unwrap_or(0)).reduce(|sum, count| sum + count)
    };
    let verified = rows.iter().filter(|row| row.enrollment_mode == "verified");
    reply::object(&CourseTotals {
        count: sum(|row| row.count),
        cumulative_count: sum(|row| row.cumulative_count),
        count_change_7_days: sum(|row| row.count_change_7_days),
        verified_enrollment: verified
            .map(|row| row.count.unwrap_or(0))
            .reduce(|sum, count| sum + count),
    })
}

pub(crate) async fn page(
    service: &Service,
    asking: &Asking,
    call: &Call,
) -> Result<Response, Error> {
    let wanted = Wanted::new(asking)?;
    let filter = SummaryFilter { course_ids: asking.course_ids()?, programs: true, recent: None };
    let found = summaries::find(service, Version::V0, &filter, call).await?;
    let mut courses: Vec<ListedCourse> =
        summaries::summarise(found, &filter).into_iter().map(listed).collect();
    courses.retain(|course| wanted.has(&course.summary));
    wanted.sort(&mut courses);
    let selection = asking.selection();
    if asking.first("all").is_some_and(|all| all.eq_ignore_ascii_case("true")) {
        return call.selected(&courses, &selection);
    }
    let [number, size] = ["page", "page_size"].map(|name| asking.first(name));
    let asked = Asked::new(number.as_deref(), size.as_deref(), SIZES)?;
    let count = courses.len();
    let rows: Vec<_> = courses.into_iter().skip(asked.skip(count)).take(asked.size).collect();
    let page = asked.of(rows, count, call)?;
    match call.format {
        Format::Csv if page.results.is_empty() => Ok(Response::default()),
        Format::Csv => call.selected(&page.results, &selection),
        Format::Json => reply::object(&SummaryPage {
            count,
            next: page.next,
            previous: page.previous,
            results: reply::selected(&page.results, &selection)?,
        }),
    }
}

fn listed(summary: CourseSummary) -> ListedCourse {
    ListedCourse { verified_enrollment: summary.enrollment_modes.verified.count, summary }
}

/// Which courses are asked for, and in which order.
struct Wanted {
    availability: Option<Vec<String>>,
    pacing_type: Option<Vec<String>>,
    program_ids: Option<Vec<String>>,
    text: Option<String>,
    order: Option<&'static str>,
    descending: bool,
}

impl Wanted {
    fn new(asking: &Asking) -> Result<Self, Error> {
        let order = asking.first("order_by");
        let order = order.map(|order| one_of("order_by", &order, &ORDERS)).transpose()?;
        let direction = asking.first("sort_order").unwrap_or_else(|| "asc".to_owned());
        Ok(Self {
            availability: known(asking, "availability", &AVAILABILITIES)?,
            pacing_type: known(asking, "pacing_type", &PACING_TYPES)?,
            program_ids: asking.list("program_ids"),
            text: asking.first("text_search").map(|text| text.to_lowercase()),
            order: order.map(|place| ORDERS[place]),
            descending: one_of("sort_order", &direction, &["asc", "desc"])? == 1,
        })
    }

    fn has(&self, course: &CourseSummary) -> bool {
        let among = |wanted: &Option<Vec<String>>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| wanted == value))
        };
        let programs = course.programs.iter().flatten();
        let holds = |text: &str| text.to_lowercase().contains(self.text.as_deref().unwrap_or(""));
        among(&self.availability, course.availability.as_deref().unwrap_or(UNKNOWN))
            && among(&self.pacing_type, course.pacing_type.as_deref().unwrap_or_default())
            && (self.program_ids.is_none()
                || programs.into_iter().any(|program| among(&self.program_ids, program)))
            && (holds(&course.course_id)
                || course.catalog_course_title.as_deref().is_some_and(holds))
    }

    fn sort(&self, courses: &mut [ListedCourse]) {
        let Some(order) = self.order else { return };
        courses.sort_by(|one, other| {
            let compared = compare(order, one, other);
            if self.descending { compared.reverse() } else { compared }
        });
    }
}

fn known(asking: &Asking, name: &str, values: &[&str]) -> Result<Option<Vec<String>>, Error> {
    let given = asking.list(name);
    for value in given.iter().flatten() {
        one_of(name, value, values)?;
    }
    Ok(given)
}

fn compare(order: &str, one: &ListedCourse, other: &ListedCourse) -> Ordering {
    let title = |course: &ListedCourse| {
        let title = course.summary.catalog_course_title.as_deref().unwrap_or_default();
        if title.is_empty() { NO_TITLE.to_owned() } else { title.to_lowercase() }
    };
    // A course without a date comes before all others: none is less than any.
    let date = |date: fn(&CourseSummary) -> Option<NaiveDateTime>| {
        date(&one.summary).cmp(&date(&other.summary))
    };
    let number = |number: fn(&ListedCourse) -> i64| number(one).cmp(&number(other));
    match order {
        "catalog_course_title" => title(one).cmp(&title(other)),
        "start_date" => date(|course| course.start_date),
        "end_date" => date(|course| course.end_date),
        "cumulative_count" => number(|course| course.summary.cumulative_count),
        "count_change_7_days" => number(|course| course.summary.count_change_7_days),
        "verified_enrollment" => number(|course| course.verified_enrollment),
        "passing_users" => number(|course| course.summary.passing_users.unwrap_or(0)),
        _ => number(|course| course.summary.count),
    }
}
