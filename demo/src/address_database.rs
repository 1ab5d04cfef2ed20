//! `countries.mmdb`: a MaxMind DB of the address ranges of the university's people, for the job that
//! looks countries up (10 §6.2).

use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result};
use mmdb_writer::ipnet::Ipv6Net;
use mmdb_writer::{Error, Value, Writer};

use crate::clock::DAY;
use crate::places::{COUNTRIES, Country, OF_VERSION_6};
use crate::world::Plan;

/// Writes the file, as of the last day, so that a seed gives the same bytes.
pub fn write(path: &Path, plan: &Plan) -> Result<()> {
    let fail = || format!("cannot write {}", path.display());
    let bytes = database(plan).with_context(fail)?;
    std::fs::write(path, bytes).with_context(fail)
}

fn database(plan: &Plan) -> Result<Vec<u8>, Error> {
    let built = UNIX_EPOCH + Duration::from_micros((plan.last * DAY).unsigned_abs());
    let mut writer = Writer::builder("Northvale-Country").build_epoch(built).build();
    for country in &COUNTRIES {
        let (first, last) = country.range();
        writer.insert_range(IpAddr::V4(first), IpAddr::V4(last), &record(country))?;
    }
    let (code, range) = OF_VERSION_6;
    for country in COUNTRIES.iter().filter(|country| country.code == code) {
        writer.insert_value(Ipv6Net::new_assert(range, 32), record(country))?;
    }
    writer.to_bytes()
}

/// `country.iso_code` and `country.names.en`, as databases of countries have them.
fn record(country: &Country) -> Value {
    let names = Value::map([("en", country.name)]);
    let fields = [("iso_code", Value::from(country.code)), ("names", names)];
    Value::map([("country", Value::map(fields))])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::places::{address, unroutable};
    use crate::rng::{Purpose, Rng};
    use maxminddb::{PathElement, Reader};

    fn plan() -> Plan {
        Plan {
            seed: 1,
            first: 20_000,
            last: 20_181,
            learners: 1,
            courses: 1,
            malformed: false,
            quiet: false,
        }
    }

    #[test]
    fn a_reader_finds_the_country_of_every_address() {
        let reader = Reader::from_source(database(&plan()).unwrap()).unwrap();
        let text = |address: &str, path: &[&str]| {
            let path: Vec<_> = path.iter().map(|key| PathElement::Key(key)).collect();
            let record = reader.lookup(address.parse().unwrap()).unwrap();
            record.decode_path::<String>(&path).unwrap()
        };
        let mut rng = Rng::keyed(1, Purpose::Person, [0, 0]);
        for (index, country) in COUNTRIES.iter().enumerate() {
            for _ in 0..20 {
                let address = address(index, &mut rng);
                let code = text(&address, &["country", "iso_code"]);
                assert_eq!(code.as_deref(), Some(country.code), "{address}");
                let name = text(&address, &["country", "names", "en"]);
                assert_eq!(name.as_deref(), Some(country.name), "{address}");
                assert_eq!(text(&unroutable(&mut rng), &["country", "iso_code"]), None);
            }
        }
        for outside in ["216.160.83.55", "216.160.83.64", "81.2.69.141", "2001:219::1"] {
            assert_eq!(text(outside, &["country", "iso_code"]), None, "{outside}");
        }
    }

    #[test]
    fn the_same_plan_gives_the_same_bytes() {
        assert_eq!(database(&plan()).unwrap(), database(&plan()).unwrap());
    }
}
