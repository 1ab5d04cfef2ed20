//! `check-config`: the settings in force, and whether the other sides answer. Secrets stand in files, of which
//! only the names are told.

use crate::site::Site;
use crate::upstream::{Section, Trouble};

/// A line a side that the site asks; and whether all answered as they should.
pub async fn check(site: &Site) -> (String, bool) {
    let (api, token, lms) =
        tokio::join!(site.data_api.alive(), site.data_api.knows_token(), site.lms.knows_service());
    let config = &site.config;
    let lines = [
        (format!("Data API at {}", config.api.address), api),
        ("Data API's token".to_owned(), token),
        (format!("LMS at {}, as a service", config.lms.token), lms),
    ];
    let told = lines.iter().map(|(what, found)| format!("{what}: {}\n", word(*found))).collect();
    (told, lines.iter().all(|(_, found)| found.is_ok()))
}

fn word(found: Section<()>) -> &'static str {
    match found {
        Ok(()) => "OK",
        Err(Trouble::Empty) => "there is nothing at that address",
        Err(Trouble::Slow) => "no answer in time",
        Err(Trouble::Down) => "cannot be reached, or fails inside",
        Err(Trouble::Refused) => "refuses this site",
        Err(Trouble::Nonsense) => "answers what makes no sense",
    }
}
