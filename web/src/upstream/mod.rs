//! What the site asks of others, and what a page is told when an answer does not come: figures of the
//! [Data API](data_api), courses and permissions of the [LMS](lms). Answers are [kept](kept) for a while.

pub mod data_api;
pub mod kept;
mod learners;
pub mod lms;
pub mod outline;

/// Why a section has nothing to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no data (a 404): nothing was computed for the course.
    Empty,
    /// The other side did not answer in time.
    Slow,
    /// The other side cannot be reached, or fails inside.
    Down,
    /// The other side refused the site: its token or its rate.
    Refused,
    /// The answer makes no sense.
    Nonsense,
}

/// The records of a section, or why there are none.
pub type Section<T> = Result<T, Trouble>;

/// The body of an answer; none where it is larger than `most` bytes.
///
/// # Errors
/// It breaks off.
pub async fn body_within(
    mut answer: reqwest::Response,
    most: usize,
) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > most {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}
