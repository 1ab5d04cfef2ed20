//! The learners of a course in pages, and one of them (spec 50 §9.1).

use api_client::{Engagements, Learner};
use store::{LearnerRow, Order, Roster, RosterFilter, Store};
use warp::http::header::LINK;
use warp::reply::Response;

use crate::course_name::file_stem;
use crate::description::Parameter;
use crate::error::Error;
use crate::page::{self, Asked};
use crate::parameters::{Parameters, one_of};
use crate::resource::{Call, name_file};
use crate::service::Service;

use super::pseudonym::{self, Pseudonyms, Shown};

/// What learners may be like.
pub(super) const SEGMENTS: [&str; 5] =
    ["highly_engaged", "disengaging", "struggling", "inactive", "unenrolled"];

/// By what a roster may be sorted, in the order in which they are listed to callers.
const ORDERS: [(&str, Order); 8] = [
    ("username", Order::Username),
    ("email", Order::Email),
    ("discussion_contributions", Order::DiscussionContributions),
    ("problems_attempted", Order::ProblemsAttempted),
    ("problems_completed", Order::ProblemsCompleted),
    ("problem_attempts_per_completed", Order::AttemptsPerCompleted),
    ("attempt_ratio_order", Order::AttemptRatio),
    ("videos_viewed", Order::VideosViewed),
];

/// What a roster can be asked, besides its course.
pub(super) fn parameters() -> Vec<Parameter> {
    let mut parameters = vec![
        Parameter::list("segments", "learners of any of these").one_of(SEGMENTS),
        Parameter::list("ignore_segments", "learners of none of these").one_of(SEGMENTS),
        Parameter::new("cohort", "learners of this cohort"),
        Parameter::new("enrollment_mode", "learners in this mode"),
        Parameter::new("text_search", "a word of the name, the whole username or address of mail"),
        Parameter::new("order_by", "username if it is not given")
            .one_of(ORDERS.map(|(name, _)| name)),
        Parameter::new("sort_order", "asc if it is not given").one_of(["asc", "desc"]),
    ];
    parameters.extend(page::parameters());
    parameters
}

/// More learners than any course has; databases count no further.
const EVERYBODY: usize = usize::MAX >> 1;

pub(super) async fn one(
    service: &Service,
    store: &Store,
    course_id: &str,
    (name, username): (&str, Option<String>),
    call: &Call,
) -> Result<Response, Error> {
    let mut found = match &username {
        Some(username) => store.learner(course_id, username).await?,
        None => Roster::default(),
    };
    let (Some(row), 1) = (found.page.pop(), found.count) else {
        let message = format!("Learner {name} not found for course {course_id}.");
        return Err(Error::Absent("no_learner_for_course", message));
    };
    let learner = learner(row, &found, service.account_url.as_deref());
    match &service.learners {
        Shown::Pseudonyms(pseudonyms) => call.one(&pseudonyms.hide(course_id, learner)),
        Shown::Nobody | Shown::Named => call.one(&learner),
    }
}

pub(super) async fn page(
    service: &Service,
    store: &Store,
    course_id: &str,
    call: &Call,
) -> Result<Response, Error> {
    let filter = filter(&call.parameters)?;
    let asked = Asked::new(
        call.parameters.get("page"),
        call.parameters.get("page_size"),
        service.page_sizes,
    )?;
    let (learners, count) = match &service.learners {
        Shown::Pseudonyms(pseudonyms) => {
            let learners = hidden(store, course_id, filter, pseudonyms).await?;
            let count = learners.len();
            (learners.into_iter().skip(asked.skip(count)).take(asked.size).collect(), count)
        }
        Shown::Nobody | Shown::Named => {
            let before = match asked.is_last() {
                true => store.roster(course_id, &filter, 0, 0).await?.count,
                false => 0,
            };
            let found = store.roster(course_id, &filter, asked.skip(before), asked.size).await?;
            let count = found.count;
            (learners(found, service.account_url.as_deref()), count)
        }
    };
    let page = asked.of(learners, count, call)?;
    let mut response = call.page(&page)?;
    let headers = response.headers_mut();
    page::links(&page).into_iter().for_each(|links| drop(headers.insert(LINK, links)));
    if call.as_file {
        let course = file_stem(course_id).unwrap_or_default();
        let now = service.now().format("%Y-%m-%dT%H:%M:%S+00:00");
        name_file(&format!("{course}--{now}--learners.csv"), headers);
    }
    Ok(response)
}

/// All learners that are asked for, under invented names; a text can only be the name of one.
async fn hidden(
    store: &Store,
    course_id: &str,
    mut filter: RosterFilter,
    pseudonyms: &Pseudonyms,
) -> Result<Vec<Learner>, Error> {
    let text = filter.text.take();
    if filter.order == Order::AttemptRatio {
        // Learners who are equal in it could not be told apart from others here.
        filter.order = Order::AttemptsPerCompleted;
    }
    let found = store.roster(course_id, &filter, 0, EVERYBODY).await?;
    let hide = |learner| pseudonyms.hide(course_id, learner);
    let mut learners: Vec<Learner> = learners(found, None).into_iter().map(hide).collect();
    pseudonym::shuffle(&mut learners, filter.order, filter.descending);
    learners.retain(|learner| text.as_ref().is_none_or(|text| *text == learner.username));
    Ok(learners)
}

fn learners(mut found: Roster, accounts: Option<&str>) -> Vec<Learner> {
    let rows = std::mem::take(&mut found.page).into_iter();
    rows.map(|row| learner(row, &found, accounts)).collect()
}

fn filter(parameters: &Parameters) -> Result<RosterFilter, Error> {
    let text = |name| parameters.get(name).map(str::to_owned);
    if parameters.get("segments").is_some() && parameters.get("ignore_segments").is_some() {
        let said = "Cannot combine `segments` and `ignore_segments` parameters.";
        return Err(Error::Parameter(said.to_owned()));
    }
    let segments = |name| parameters.list(name).unwrap_or_default();
    let known = |mut segments: Vec<String>| {
        let among =
            |segment: &String| one_of("segments/ignore_segments", segment, &SEGMENTS).map(drop);
        segments.iter().try_for_each(among)?;
        // However often each is named, there are five.
        segments.sort_unstable();
        segments.dedup();
        Ok::<_, Error>(segments)
    };
    let order = parameters.get("order_by").unwrap_or(ORDERS[0].0);
    let order = one_of("order_by", order, &ORDERS.map(|(name, _)| name))?;
    let direction = parameters.get("sort_order").unwrap_or("asc");
    Ok(RosterFilter {
        segments: known(segments("segments"))?,
        without_segments: known(segments("ignore_segments"))?,
        cohort: text("cohort"),
        enrollment_mode: text("enrollment_mode"),
        text: text("text_search"),
        order: ORDERS[order].1,
        descending: one_of("sort_order", direction, &["asc", "desc"])? == 1,
    })
}

fn learner(row: LearnerRow, found: &Roster, accounts: Option<&str>) -> Learner {
    let segments = row.segments.as_deref().unwrap_or_default();
    let segments = segments.split(',').filter(|segment| !segment.is_empty());
    let account = |base: &str| format!("{}/{}", base.trim_end_matches('/'), row.username);
    Learner {
        user_id: row.user_id,
        account_url: accounts.map(account),
        enrollment_mode: row.enrollment_mode,
        name: row.name,
        email: row.email,
        language: row.language,
        location: row.location,
        year_of_birth: row.year_of_birth,
        level_of_education: row.level_of_education,
        gender: row.gender,
        mailing_address: row.mailing_address,
        city: row.city,
        country: row.country,
        goals: row.goals,
        segments: segments.map(str::to_owned).collect(),
        engagements: Engagements {
            discussion_contributions: row.discussion_contributions.unwrap_or(0),
            problems_attempted: row.problems_attempted.unwrap_or(0),
            problems_completed: row.problems_completed.unwrap_or(0),
            videos_viewed: row.videos_viewed.unwrap_or(0),
            problem_attempts_per_completed: row.problem_attempts_per_completed,
        },
        enrollment_date: row.enrollment_date,
        cohort: row.cohort,
        last_updated: found.loaded.map(|loaded| loaded.date()),
        username: row.username,
    }
}
