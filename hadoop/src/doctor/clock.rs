//! This machine's clock against that of servers: S3 and Kerberos refuse requests of another time.

use super::{Lack, NOT_LET_IN, NOT_THERE, Told};
use crate::http;
use crate::wait::block_on;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::DATE;
use reqwest::redirect::Policy;
use std::time::Duration;

/// As S3 and Kerberos have it.
const MOST: TimeDelta = TimeDelta::minutes(5);
const PATIENCE: Duration = Duration::from_secs(10);

/// Compares this clock with that of the first server that tells the time, refusing or not.
pub fn check(servers: &[String]) -> Told {
    let mut said = "no server of these settings tells the time by HTTP".to_owned();
    for server in servers {
        let before = Utc::now();
        match date_of(server) {
            Ok(theirs) => return compared(server, theirs, before, Utc::now()),
            Err(why) => said = format!("{server}: {why}"),
        }
    }
    match servers.is_empty() {
        true => Err(Lack::unknown(said, "see whether this machine keeps its time by NTP")),
        false => Err(Lack::missing(NOT_THERE, said, "see whether the server is up")),
    }
}

/// The head of any answer tells the time: a refusal, or a way to another server.
fn date_of(server: &str) -> Result<DateTime<Utc>, String> {
    let answered = block_on(async {
        let client =
            reqwest::Client::builder().timeout(PATIENCE).redirect(Policy::none()).build()?;
        client.get(server).send().await
    });
    let answer = answered.map_err(|e| e.to_string())?.map_err(http::told)?;
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let date = date.ok_or("it tells no time")?;
    DateTime::parse_from_rfc2822(date).map(|date| date.to_utc()).map_err(|e| format!("{date}: {e}"))
}

/// Its time has whole seconds and lies between the two of ours.
fn compared(
    server: &str,
    theirs: DateTime<Utc>,
    before: DateTime<Utc>,
    after: DateTime<Utc>,
) -> Told {
    let ahead = before - theirs - TimeDelta::seconds(1);
    let behind = theirs - after;
    let skew = ahead.max(behind).max(TimeDelta::zero()).num_seconds();
    let side = if ahead > behind { "ahead of" } else { "behind" };
    if skew > MOST.num_seconds() {
        let said = format!("this clock is {skew} s {side} that of {server}");
        let todo = "let this machine keep its time by NTP: S3 and Kerberos refuse more than 300 s";
        return Err(Lack::missing(NOT_LET_IN, said, todo));
    }
    Ok(format!("within {} s of {server}", skew.max(1)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn five_minutes_are_let_through_on_either_side() {
        let now = Utc::now();
        let told = |seconds| compared("http://s", now + TimeDelta::seconds(seconds), now, now);
        assert!(told(0).is_ok() && told(300).is_ok() && told(-301).is_ok());
        assert!(told(301).unwrap_err().said.contains("301 s behind that of http://s"));
        assert!(told(-302).unwrap_err().said.contains("301 s ahead of"));
    }
}
