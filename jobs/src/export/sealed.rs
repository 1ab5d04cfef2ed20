//! Files of event exports, packed and encrypted while they are written (spec 30 C.1, C.4).

use super::event_export::{GROUP, WITH_ERRORS};
use super::openpgp::{self, PublicKey, SealError};
use super::organizations::Organizations;
use crate::event::time;
use crate::job::Pack;
use crate::params::{ParamError, Params};
use crate::streaming::{Error, Output};
use chrono::{NaiveDateTime, TimeDelta};
use flate2::Compression;
use flate2::read::GzEncoder;
use std::io::{Read, Write};
use std::path::PathBuf;

/// Keys that end within so many days are counted, so that somebody asks for new ones in time.
const NEAR: TimeDelta = TimeDelta::days(7);

/// Packs a file with gzip and encrypts it for its organisation and the holder of the master key.
pub struct Sealed {
    organizations: Organizations,
    keys: PathBuf,
    master: String,
    now: NaiveDateTime,
    keep_going: bool,
    /// The keys for the file that comes next.
    ready: Vec<PublicKey>,
}

impl Sealed {
    /// Reads what a run says of organisations and keys.
    ///
    /// # Errors
    /// When a parameter is missing or unreadable.
    pub fn of(params: &Params) -> Result<Self, ParamError> {
        let given = |name| params.get(name).ok_or(ParamError::Missing(name));
        let now = given("datetime")?;
        let unreadable = || ParamError::Unreadable {
            name: "datetime",
            text: now.to_owned(),
            wanted: "a UTC time (YYYY-MM-DDTHH:MM:SS)".to_owned(),
        };
        Ok(Self {
            organizations: Organizations::of(params)?,
            keys: given("gpg_key_dir")?.into(),
            master: given("gpg_master_key")?.to_owned(),
            now: time::strict(&time::timestamp(now.trim_end_matches('Z')))
                .ok_or_else(unreadable)?,
            keep_going: params.flag("keep_going", false)?,
            ready: Vec::new(),
        })
    }

    /// The keys that open a file of this organisation.
    fn keys(&self, path: &str, out: &mut Output) -> Result<Vec<PublicKey>, Error> {
        let of_path = self.organizations.of_folder(folder_of(path));
        let organization = of_path
            .ok_or_else(|| Error::contract("a path", "of no organisation", path.as_bytes()))?;
        let mut keys = Vec::new();
        for recipient in organization.recipients.iter().chain([&self.master]) {
            keys.append(&mut openpgp::read_keys(&self.keys.join(recipient))?);
        }
        keys.iter().for_each(|key| self.count_expiry(key, out));
        openpgp::check(&keys, self.now).map_err(|error| cannot_encrypt(path, &error))?;
        Ok(keys)
    }

    fn count_expiry(&self, key: &PublicKey, out: &mut Output) {
        let Some(end) = key.expires() else { return };
        let (what, all) = if end <= self.now {
            ("has expired", "Keys expired")
        } else if end <= self.now + NEAR {
            ("is near expiry", "Keys expiring")
        } else {
            return;
        };
        out.count(GROUP, &format!("GPG Key for {} {what}", key.owner()), 1);
        out.count(GROUP, all, 1);
    }
}

/// The folder of an organisation, in which the file is.
fn folder_of(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

fn cannot_encrypt(path: &str, error: &SealError) -> Error {
    Error::Job(format!("cannot encrypt {path}: {error}"))
}

impl Pack for Sealed {
    fn is_ready(&mut self, path: &str, out: &mut Output) -> Result<bool, Error> {
        match self.keys(path, out) {
            Ok(keys) => self.ready = keys,
            Err(error) if self.keep_going => {
                log::error!("{path} is left out: {error}");
                out.count(GROUP, &format!("{}{WITH_ERRORS}", folder_of(path)), 1);
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    fn pack(
        &mut self,
        path: &str,
        content: &mut dyn Read,
        file: &mut dyn Write,
        _: &mut Output,
    ) -> Result<(), Error> {
        let packed = GzEncoder::new(content, Compression::default());
        openpgp::encrypt(&self.ready, self.now, packed, file)
            .map_err(|error| cannot_encrypt(path, &error))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::export::event_export::without_files;
    use crate::streaming::Counters;
    use crate::testkit::KeyPair;

    const CONFIG: &str = r#"{"organizations": {"Fox": {"recipients": ["fox"]}, "Bar": {}}}"#;

    /// Seals a file of an organisation, with keys of a fox and a master.
    fn sealed(
        organization: &str,
        keys: &[(&str, &str)],
        now: &str,
    ) -> (Result<Vec<u8>, String>, Counters) {
        let folder = tempfile::tempdir().unwrap();
        for (recipient, key) in keys {
            std::fs::write(folder.path().join(recipient), key).unwrap();
        }
        let keys = folder.path().to_str().unwrap();
        let given = [
            ("config", CONFIG),
            ("gpg_key_dir", keys),
            ("gpg_master_key", "master"),
            ("datetime", now),
        ];
        let mut sealed = Sealed::of(&given.into_iter().collect()).unwrap();
        let (mut sink, mut file) = (|_: &[u8]| Ok(()), Vec::new());
        let mut out = Output::new(&mut sink);
        let path = format!("{organization}/edge/x.log.gz.gpg");
        let done = sealed
            .is_ready(&path, &mut out)
            .and_then(|_| sealed.pack(&path, &mut &b"a line"[..], &mut file, &mut out));
        (done.map(|()| file).map_err(|error| error.to_string()), out.counters)
    }

    #[test]
    fn a_file_is_for_its_organisation_and_the_master() {
        let [fox, master] = ["fox", "master"].map(|owner| KeyPair::generate(owner, true).unwrap());
        let public = [fox.public().unwrap(), master.public().unwrap()];
        let keys = [("fox", &*public[0]), ("master", &*public[1])];
        let (of_fox, counters) = sealed("fox", &keys, "2100-01-01T00:00:00");
        let of_fox = of_fox.unwrap();
        assert_eq!(fox.open(&of_fox).unwrap(), master.open(&of_fox).unwrap());
        let of_bar = sealed("bar", &keys, "2100-01-01T00:00:00").0.unwrap();
        assert!(master.open(&of_bar).is_ok() && fox.open(&of_bar).is_err());
        assert_eq!(counters.iter().count(), 0);
    }

    #[test]
    fn a_key_that_ends_is_counted_by_its_owner() {
        let keys = [("fox", openpgp::OF_2024), ("master", openpgp::OF_2024)];
        let owner = "GPG Key for Zo? <zoe@fox.example>";
        for (now, count, all) in [
            ("2024-12-23T23:59:59", None, ""),
            ("2024-12-24T00:00:00", Some(format!("{owner} is near expiry")), "Keys expiring"),
            ("2024-12-31T00:00:00", Some(format!("{owner} has expired")), "Keys expired"),
        ] {
            let (file, counters) = sealed("fox", &keys, now);
            assert_eq!(file.is_ok(), all != "Keys expired", "{now}");
            let counted: Vec<_> = counters.iter().map(|(_, name, n)| (name, n)).collect();
            let expected = count.as_deref().map(|name| [(name, 2), (all, 2)]);
            assert_eq!(counted, expected.into_iter().flatten().collect::<Vec<_>>(), "{now}");
        }
    }

    #[test]
    fn a_run_that_is_to_go_on_counts_what_it_leaves_out() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("master"), openpgp::OF_2024).unwrap();
        let given = [
            ("config", CONFIG),
            ("gpg_key_dir", folder.path().to_str().unwrap()),
            ("gpg_master_key", "master"),
            ("datetime", "2024-06-01T00:00:00"),
            ("keep_going", "true"),
        ];
        let mut sealed = Sealed::of(&given.into_iter().collect()).unwrap();
        let mut sink = |_: &[u8]| Ok(());
        let mut out = Output::new(&mut sink);
        let mut is_ready = |path| sealed.is_ready(path, &mut out).unwrap();
        assert!(is_ready("bar/edge/x") && !is_ready("fox/edge/x") && !is_ready("fox/edge/y"));
        assert_eq!(without_files(&out.counters), ["fox"]);
        assert_eq!(out.counters.get(GROUP, "fox org with Errors"), 2);
    }

    #[test]
    fn a_missing_key_is_an_error() {
        let (file, _) = sealed("fox", &[("master", openpgp::OF_2024)], "2024-06-01T00:00:00");
        assert!(file.unwrap_err().contains("fox"));
    }
}
