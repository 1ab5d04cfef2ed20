//! The log lines of each organisation and day in a file that only it can open (spec 30 C.1, C.4).

use super::{Organizations, course, organization, received_day};
use crate::event::interval::Interval;
use crate::event::{Event, Json};
use crate::job::{CopyLines, Job, Pack, Pick, Place, Work};
use crate::params::{ParamError, Params};
use crate::streaming::{Counters, Error, Output};

/// The job. `config` is the document of organisations as JSON, `org_id` a list of their ids joined by
/// commas, none for all; `gpg_key_dir` holds a public key for each recipient; `datetime` is now. With
/// `keep_going` the organisations that cannot be encrypted for are left out and counted.
pub const JOB: Job = Job {
    name: "event-export",
    about: "the log lines of each organisation, an encrypted file a day",
    internal: false,
    inputs: &[],
    fills: &[],
    report: None,
    params: &[
        "interval",
        "output_root",
        "config",
        "environment",
        "org_id",
        "studio_host",
        "gpg_key_dir",
        "gpg_master_key",
        "datetime",
        "keep_going",
    ],
    only_if: None,
    work: Work::Copy(CopyLines {
        needles: &[],
        pick: |params| Ok(Box::new(ByOrganization::of(params)?)),
        pack: sealed,
    }),
};

pub(super) const GROUP: &str = "Event Export";
/// What follows an organisation's folder in the name of the counter of its files that were left out.
pub(super) const WITH_ERRORS: &str = " org with Errors";

/// The folders of the organisations of which files were left out, as a run's counters tell.
#[must_use]
pub fn without_files(counters: &Counters) -> Vec<&str> {
    let of_exports = counters.iter().filter(|(group, _, _)| *group == GROUP);
    of_exports.filter_map(|(_, name, _)| name.strip_suffix(WITH_ERRORS)).collect()
}

struct ByOrganization {
    interval: Interval,
    organizations: Organizations,
    environment: String,
    studio_host: String,
    ccx: bool,
}

impl ByOrganization {
    fn of(params: &Params) -> Result<Self, ParamError> {
        Ok(Self {
            interval: params.interval()?,
            organizations: Organizations::of(params)?,
            environment: environment(params)?,
            studio_host: params.get("studio_host").unwrap_or("studio.edx.org").to_owned(),
            ccx: params.flag("ccx_enabled", true)?,
        })
    }

    fn places(&self, event: &Event) -> Result<Vec<Place>, &'static str> {
        let day = received_day(event).map_err(|reject| reject.counter())?;
        if !self.interval.contains(day) {
            return Ok(Vec::new());
        }
        let host = event.get("host").and_then(Json::text);
        if host.is_some_and(|host| host.is_empty() || host == self.studio_host) {
            return Err("Discarded Studio and Worker Events");
        }
        let name = organization(event, self.ccx).ok_or("Discard Missing Org ID")?;
        let mut named = self.organizations.named(&name).peekable();
        named.peek().ok_or("Discard Unknown Org ID")?;
        if is_withheld(event) {
            return Err("Discard Withheld Event");
        }
        let course = course(event, self.ccx);
        let wanting = named.filter(|(_, organization)| organization.wants(course.as_deref()));
        Ok(wanting.map(|(id, _)| Place { day: day.to_string(), name: id.to_owned() }).collect())
    }
}

/// A directory below that of an organisation.
fn environment(params: &Params) -> Result<String, ParamError> {
    let name = "environment";
    let text = params.get(name).ok_or(ParamError::Missing(name))?;
    if text.is_empty() || text.starts_with('.') || text.contains(['/', '\t', '\n', '\r']) {
        let wanted = "the name of a folder".to_owned();
        return Err(ParamError::Unreadable { name, text: text.to_owned(), wanted });
    }
    Ok(text.to_owned())
}

/// Whether the payload says that the event is not to be exported: only these words say so.
fn is_withheld(event: &Event) -> bool {
    let said = event.payload().and_then(|payload| payload.get("_export")?.scalar_text());
    said.is_some_and(|said| ["n", "f", "0", "false", "no"].contains(&&*said.to_lowercase()))
}

impl Pick for ByOrganization {
    fn pick(&mut self, event: &Event, out: &mut Output) -> Vec<Place> {
        let places = self.places(event).inspect_err(|reason| out.count(GROUP, reason, 1));
        places.unwrap_or_default()
    }

    fn path(&self, place: &Place) -> String {
        path(&self.environment, &place.day, &place.name)
    }
}

/// The file of an organisation and day.
#[must_use]
pub fn path(environment: &str, day: &str, organization: &str) -> String {
    let (org, year) = (organization.to_lowercase(), day.split('-').next().unwrap_or_default());
    format!("{org}/{environment}/events/{year}/{org}-{environment}-events-{day}.log.gz.gpg")
}

#[cfg(not(feature = "openpgp"))]
fn sealed(_: &Params) -> Result<Box<dyn Pack>, Error> {
    Err(Error::Job("this program cannot encrypt: build it with the feature `openpgp`".to_owned()))
}

#[cfg(feature = "openpgp")]
fn sealed(params: &Params) -> Result<Box<dyn Pack>, Error> {
    let sealed = super::sealed::Sealed::of(params);
    sealed.map(|sealed| Box::new(sealed) as _).map_err(|error| Error::Job(error.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const CONFIG: &str = r#"{"organizations": {"Fox": {}, "Bar": {"other_names": ["Fox"], "courses": ["Fox/a/b"]}}}"#;

    fn picked(params: &[(&str, &str)], line: &str) -> (Vec<String>, Counters) {
        let given = [("interval", "2014"), ("config", CONFIG), ("environment", "edge")];
        let params: Params = given.into_iter().chain(params.iter().copied()).collect();
        let mut picker = ByOrganization::of(&params).unwrap();
        let mut sink = |_: &[u8]| Ok(());
        let mut out = Output::new(&mut sink);
        let places = picker.pick(&Event::parse(line.as_bytes()).unwrap(), &mut out);
        (places.iter().map(|place| picker.path(place)).collect(), out.counters)
    }

    fn line(fields: &str) -> String {
        format!(r#"{{"time": "2014-05-20T01:02:03", "event_source": "server"{fields}}}"#)
    }

    const FOX: &str = r#", "context": {"org_id": "Fox", "course_id": "Fox/a/b"}"#;

    #[test]
    fn a_name_may_belong_to_several_organisations() {
        assert_eq!(
            picked(&[], &line(FOX)).0,
            [
                "bar/edge/events/2014/bar-edge-events-2014-05-20.log.gz.gpg",
                "fox/edge/events/2014/fox-edge-events-2014-05-20.log.gz.gpg",
            ]
        );
        let (one, _) = picked(&[("org_id", "Bar")], &line(FOX));
        assert_eq!(one, ["bar/edge/events/2014/bar-edge-events-2014-05-20.log.gz.gpg"]);
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        let fox = |more: &str| line(&format!("{FOX}{more}"));
        for (line, reason) in [
            (fox(r#", "host": """#), "Discarded Studio and Worker Events"),
            (fox(r#", "host": "studio.edx.org""#), "Discarded Studio and Worker Events"),
            (fox(r#", "event": {"_export": "No"}"#), "Discard Withheld Event"),
            (line(""), "Discard Missing Org ID"),
            (line(r#", "context": {"org_id": "Baz"}"#), "Discard Unknown Org ID"),
            (line(r#", "context": {"received_at": null}"#), "Discard Missing Time Field"),
        ] {
            let (places, counters) = picked(&[], &line);
            assert!(places.is_empty(), "{line}");
            assert_eq!(counters.get(GROUP, reason), 1, "{line}");
        }
    }

    #[test]
    fn the_host_of_studio_can_be_told() {
        let studio = line(&format!(r#"{FOX}, "host": "studio.example""#));
        assert_eq!(picked(&[], &studio).0.len(), 2);
        assert!(picked(&[("studio_host", "studio.example")], &studio).0.is_empty());
    }

    #[test]
    fn an_environment_is_one_folder() {
        for text in ["", "a/b", ".."] {
            let params = [("environment", text)].into_iter().collect();
            assert!(environment(&params).is_err(), "{text}");
        }
    }
}
