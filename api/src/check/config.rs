//! What settings come to: keys that mean nothing, and what is on and off.

use std::path::Path;

use ::store::Address;

use super::Report;
use crate::config::{Error, Keys, Privacy, Settings};
use crate::error::chain;
use crate::throttle::Rate;
use crate::{keys, service};

/// What the settings of a file come to, after `change` has put in what stands outside of it.
///
/// # Errors
/// The file cannot be read or is no YAML.
pub fn settings(
    file: Option<&Path>,
    change: impl FnOnce(&mut Settings) -> Result<(), ::store::Error>,
) -> Result<Report, Error> {
    let mut report = Report::default();
    let (found, keys) = match file {
        Some(file) => Settings::examine(file)?,
        None => (Ok(Settings::default()), Keys::default()),
    };
    let none = || "none; the settings are the defaults".to_owned();
    report.say("file", file.map_or_else(none, |file| file.display().to_string()));
    for key in &keys.without_effect {
        report.say("no effect", key);
    }
    for (key, hint) in &keys.unknown {
        report.fail("unknown", format!("{key}{hint}"));
    }
    match found {
        Ok(mut settings) => {
            if let Err(error) = change(&mut settings) {
                report.fail("wrong", chain(&error));
            }
            describe(&settings, &mut report);
        }
        Err(error) => report.fail("wrong", chain(&error)),
    }
    Ok(report)
}

fn describe(settings: &Settings, report: &mut Report) {
    let address = |address: &Option<Address>, none: &str| {
        address.as_ref().map_or_else(|| none.to_owned(), ToString::to_string)
    };
    report.say("store", address(&settings.store, "none"));
    report.say("store_v1", address(&settings.store_v1, "the same"));
    report.say("privacy", privacy(settings.privacy));
    users(settings, report);
    report.say("rates", rates(settings));
    report.say("reports", reports(settings));
    report.say("cache", format!("{} MB of answers", settings.cache_mb));
    report.say("requests", format!("{} at one time", settings.max_in_flight));
    let base_url = settings.base_url.as_deref();
    report.say("links", base_url.unwrap_or("to where each request was sent (no base_url)"));
    if let Some(clock) = settings.clock {
        report.say("clock", format!("stands at {clock}: for tests only"));
    }
    if let Err(error) = service::check(settings) {
        report.fail("wrong", chain(&error));
    }
}

fn privacy(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Aggregate => "aggregate: no single learner is shown",
        Privacy::Pseudonymous => "pseudonymous: learners are shown under invented names",
        Privacy::Named => "named: learners are shown by name, each access is logged",
    }
}

fn users(settings: &Settings, report: &mut Report) {
    match &settings.key_file {
        Some(file) => match keys::read(file) {
            Ok(keys) => report.say("key_file", format!("{}: {} users", file.display(), keys.len())),
            Err(error) => report.fail("key_file", chain(&error)),
        },
        None => report.say("key_file", "none"),
    }
    match &settings.auth_store {
        Some(address) => report.say("auth_store", address.to_string()),
        None if settings.key_file.is_none() => {
            report.say("auth_store", "none: nobody is let in without a key_file either");
        }
        None => report.say("auth_store", "none"),
    }
}

fn rates(settings: &Settings) -> String {
    let rate = |rate: Option<Rate>| {
        rate.map_or_else(|| "without limit".to_owned(), |rate| rate.to_string())
    };
    let services = match settings.service_users.is_empty() {
        true => String::new(),
        false => format!(" ({})", settings.service_users.join(", ")),
    };
    let [user, service] = [settings.rates.user, settings.rates.service_user].map(rate);
    format!("users {user}, services {service}{services}")
}

fn reports(settings: &Settings) -> String {
    let reports = settings.reports();
    let Some(place) = &reports.folder else {
        return "off (no MEDIA_ROOT)".to_owned();
    };
    let links = match (&reports.link, &reports.secret) {
        _ if place.starts_with("s3://") => "links of the bucket",
        (Some(link), _) => link,
        (None, Some(_)) => "links of this service",
        (None, None) => "links of this service, which another start breaks (no SECRET_KEY)",
    };
    let seconds = reports.expiry_seconds;
    format!("{} in {place}; {links}; good for {seconds} s", reports.names.join(", "))
}
