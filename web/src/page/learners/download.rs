//! All learners that the address asks for, as a file.

use api_client::Learner;
use api_client::ask::LearnerQuery;
use warp::reply::Response;

use crate::course_access::LearnersAccess;
use crate::error::PageError;
use crate::format::no_formula;
use crate::site::Visit;
use crate::upstream::Section;
use crate::{download, reply};

/// As many learners are asked for at a time; the Data API may give fewer.
const AT_ONCE: usize = 10_000;

/// A column: its name, and its cell for a learner.
type Column = (&'static str, fn(&Learner) -> String);

/// All columns, by alphabet.
const COLUMNS: [Column; 24] = [
    ("account_url", |learner| text(&learner.account_url)),
    ("city", |learner| text(&learner.city)),
    ("cohort", |learner| text(&learner.cohort)),
    ("country", |learner| text(&learner.country)),
    ("email", |learner| text(&learner.email)),
    ("engagements.discussion_contributions", |learner| {
        learner.engagements.discussion_contributions.to_string()
    }),
    ("engagements.problem_attempts_per_completed", |learner| {
        shown(learner.engagements.problem_attempts_per_completed)
    }),
    ("engagements.problems_attempted", |learner| {
        learner.engagements.problems_attempted.to_string()
    }),
    ("engagements.problems_completed", |learner| {
        learner.engagements.problems_completed.to_string()
    }),
    ("engagements.videos_viewed", |learner| learner.engagements.videos_viewed.to_string()),
    ("enrollment_date", |learner| shown(learner.enrollment_date)),
    ("enrollment_mode", |learner| text(&learner.enrollment_mode)),
    ("gender", |learner| text(&learner.gender)),
    ("goals", |learner| text(&learner.goals)),
    ("language", |learner| text(&learner.language)),
    ("last_updated", |learner| shown(learner.last_updated)),
    ("level_of_education", |learner| text(&learner.level_of_education)),
    ("location", |learner| text(&learner.location)),
    ("mailing_address", |learner| text(&learner.mailing_address)),
    ("name", |learner| text(&learner.name)),
    ("segments", |learner| learner.segments.join(", ")),
    ("user_id", |learner| shown(learner.user_id)),
    ("username", |learner| no_formula(&learner.username)),
    ("year_of_birth", |learner| shown(learner.year_of_birth)),
];

/// What a file of learners can hold.
pub fn fields() -> Vec<String> {
    COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// The file: all learners of a question, whatever page it asks for.
///
/// # Errors
/// The site gives no such file, or the Data API no learners.
pub async fn csv(
    visit: &Visit,
    access: LearnersAccess<'_>,
    question: LearnerQuery,
) -> Result<Response, PageError> {
    if !visit.live.features.enable_learner_download {
        return Err(PageError::NotFound);
    }
    let learners = all(visit, access, question).await.map_err(PageError::Upstream)?;
    let named = visit.site.config.learner_fields.as_deref();
    let body = written(&learners, named)?;
    let name = format!("{}--learners.csv", access.course().stem());
    Ok(reply::csv(&name, download::with_mark(visit, body)))
}

/// The learners of all pages, one page after the other.
async fn all(
    visit: &Visit,
    access: LearnersAccess<'_>,
    question: LearnerQuery,
) -> Section<Vec<Learner>> {
    let mut learners = Vec::new();
    for page in 1.. {
        let question = LearnerQuery { page, page_size: AT_ONCE, ..question.clone() };
        let got = visit.ask().learners(access, &question).await?;
        learners.extend(got.results);
        if page >= got.num_pages {
            break;
        }
    }
    Ok(learners)
}

/// The columns in the order in which they are named.
fn written(learners: &[Learner], named: Option<&[String]>) -> Result<String, PageError> {
    let find = |name: &String| COLUMNS.iter().find(|(known, _)| known == name);
    let columns: Vec<&Column> = match named {
        Some(named) => named.iter().filter_map(find).collect(),
        None => COLUMNS.iter().collect(),
    };
    let heading = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let rows = learners.iter().map(|one| columns.iter().map(|(_, cell)| cell(one)).collect());
    download::written(std::iter::once(heading).chain(rows))
}

/// What learners wrote themselves.
fn text(value: &Option<String>) -> String {
    no_formula(value.as_deref().unwrap_or_default())
}

fn shown(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_field_of_a_learner_has_its_column_by_alphabet() {
        let learner = serde_json::to_value(Learner::default()).unwrap();
        let mut names: Vec<String> = Vec::new();
        for (name, value) in learner.as_object().unwrap() {
            match value.as_object() {
                Some(inner) => names.extend(inner.keys().map(|inner| format!("{name}.{inner}"))),
                None => names.push(name.clone()),
            }
        }
        names.sort();
        assert_eq!(fields(), names);
    }

    #[test]
    fn columns_stand_as_they_are_named_and_no_name_is_a_formula() {
        let learner = Learner {
            username: "ann".to_owned(),
            name: Some("=1+1".to_owned()),
            segments: vec!["inactive".to_owned(), "unenrolled".to_owned()],
            ..Learner::default()
        };
        let named = ["username", "name", "segments"].map(str::to_owned);
        let body = written(&[learner], Some(&named)).unwrap();
        assert_eq!(body, "username,name,segments\r\nann,'=1+1,\"inactive, unenrolled\"\r\n");
    }
}
