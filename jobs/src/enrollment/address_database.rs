//! Where an address is: a file that tells its country, in either of two forms (spec 10 §6.2).
//!
//! MaxMind DB files have a record an address: `country.iso_code` with `country.names.en`, or, from other
//! makers, a flat `country_code` with `country_name`. The older GeoIP.dat is still what many sites have.

use super::geoip_dat::{GeoIpDat, GeoIpError};
use crate::params::{ParamError, Params};
use crate::text;
use maxminddb::{MaxMindDbError, PathElement, Reader};
use memchr::memmem;
use std::net::{IpAddr, Ipv4Addr};

/// The parameter that names the file.
pub const PARAMETER: &str = "geolocation_data";

/// A country database in memory.
pub enum AddressDatabase {
    /// A MaxMind DB.
    MaxMind(Reader<Vec<u8>>),
    /// A GeoIP.dat.
    GeoIp(GeoIpDat),
}

/// What is known of an address's country.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Country<'d> {
    /// Two letters, mostly of ISO 3166.
    pub code: Option<&'d str>,
    /// In English.
    pub name: Option<&'d str>,
}

/// Why a file cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum AddressDatabaseError {
    /// It is a broken MaxMind DB.
    #[error(transparent)]
    MaxMind(#[from] MaxMindDbError),
    /// It is neither.
    #[error(transparent)]
    GeoIp(#[from] GeoIpError),
}

/// What stands before the last part of every MaxMind DB.
const MAXMIND_MARK: &[u8] = b"\xab\xcd\xefMaxMind.com";

impl AddressDatabase {
    /// Opens the file that the run names.
    ///
    /// # Errors
    /// When none is named, or it cannot serve.
    pub fn open(params: &Params) -> Result<Self, ParamError> {
        let bytes = params.file(PARAMETER)?.ok_or(ParamError::Missing(PARAMETER))?;
        Self::new(bytes).map_err(|error| ParamError::Unreadable {
            name: PARAMETER,
            text: params.get(PARAMETER).unwrap_or_default().to_owned(),
            wanted: format!("a country database: {error}"),
        })
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// When it is no database of countries.
    pub fn new(bytes: Vec<u8>) -> Result<Self, AddressDatabaseError> {
        match memmem::find(&bytes, MAXMIND_MARK) {
            Some(_) => Ok(Self::MaxMind(Reader::from_source(bytes)?)),
            None => Ok(Self::GeoIp(GeoIpDat::new(bytes)?)),
        }
    }

    /// The country of an address: nothing where the text is no address, the file does not know it, or
    /// says only blanks. A broken code leaves the name, and the reverse.
    #[must_use]
    pub fn country(&self, address: &[u8]) -> Country<'_> {
        let Some(address) = read_address(address) else { return Country::default() };
        let found = match self {
            Self::MaxMind(reader) => country_of_record(reader, address),
            Self::GeoIp(database) => match database.country(address) {
                Some((code, name)) => Country { code: Some(code), name },
                None => Country::default(),
            },
        };
        let said = |text: &&str| !text::strip(text).is_empty();
        Country { code: found.code.filter(said), name: found.name.filter(said) }
    }
}

fn country_of_record(reader: &Reader<Vec<u8>>, address: IpAddr) -> Country<'_> {
    let Ok(record) = reader.lookup(address) else { return Country::default() };
    let text = |paths: [&[&str]; 2]| {
        paths.into_iter().find_map(|path| {
            let path: Vec<_> = path.iter().map(|key| PathElement::Key(key)).collect();
            record.decode_path::<&str>(&path).ok().flatten()
        })
    };
    Country {
        code: text([&["country", "iso_code"], &["country_code"]]),
        name: text([&["country", "names", "en"], &["country_name"]]),
    }
}

fn read_address(text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?;
    if text.contains(':') { text.parse().ok() } else { read_ipv4(text).map(IpAddr::V4) }
}

/// Reads an address as C's `inet_aton` does: one to four numbers, decimal, octal (`0…`) or hexadecimal
/// (`0x…`), of which the last fills all the bytes that are left.
fn read_ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut numbers = text.split('.').map(read_number).collect::<Option<Vec<u32>>>()?;
    let last = numbers.pop().filter(|_| numbers.len() < 4)?;
    let bits_left = 32 - 8 * u32::try_from(numbers.len()).ok()?;
    if numbers.iter().any(|number| *number > 255) || u64::from(last) >> bits_left > 0 {
        return None;
    }
    let shifts = [24, 16, 8];
    let first = numbers.iter().zip(shifts).fold(0, |sum, (number, shift)| sum | number << shift);
    Some(Ipv4Addr::from_bits(first | last))
}

fn read_number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    let digits = Some(digits).filter(|digits| !digits.starts_with('+'))?;
    u32::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testkit::address_files::{geoip_dat, map, maxmind_db, number, text};

    fn database(networks: &[(&str, Vec<u8>)]) -> AddressDatabase {
        AddressDatabase::new(maxmind_db(networks)).unwrap()
    }

    fn said<'d>(database: &'d AddressDatabase, address: &str) -> [Option<&'d str>; 2] {
        let Country { code, name } = database.country(address.as_bytes());
        [code, name]
    }

    #[test]
    fn records_may_be_nested_or_flat() {
        let names = map(&[("de", text("Irland")), ("en", text("Ireland"))]);
        let nested = map(&[("country", map(&[("iso_code", text("IE")), ("names", names)]))]);
        let flat = map(&[("country_code", text("TH")), ("country_name", text("Thailand"))]);
        let database = database(&[
            ("203.0.113.0/24", nested),
            ("198.51.100.9/32", flat),
            ("192.0.2.0/24", map(&[("country", map(&[]))])),
        ]);
        assert_eq!(said(&database, "203.0.113.77"), [Some("IE"), Some("Ireland")]);
        assert_eq!(said(&database, "198.51.100.9"), [Some("TH"), Some("Thailand")]);
        assert_eq!(said(&database, "192.0.2.1"), [None, None]);
        assert_eq!(said(&database, "198.51.100.8"), [None, None]);
        assert_eq!(said(&database, "2001:db8::1"), [None, None]);
    }

    #[test]
    fn code_and_name_fail_each_for_itself() {
        let of = |code, name| {
            map(&[("country", map(&[("iso_code", code), ("names", map(&[("en", name)]))]))])
        };
        let database = database(&[
            ("10.0.0.1/32", of(number(7), text("Ireland"))),
            ("10.0.0.2/32", of(text("IE"), number(7))),
            ("10.0.0.3/32", of(text(" "), text("Ireland"))),
            ("10.0.0.4/32", of(text("IE"), text("\t"))),
        ]);
        assert_eq!(said(&database, "10.0.0.1"), [None, Some("Ireland")]);
        assert_eq!(said(&database, "10.0.0.2"), [Some("IE"), None]);
        assert_eq!(said(&database, "10.0.0.3"), [None, Some("Ireland")]);
        assert_eq!(said(&database, "10.0.0.4"), [Some("IE"), None]);
    }

    #[test]
    fn a_database_of_ipv6_knows_ipv4_too() {
        let flat = |code| map(&[("country_code", text(code))]);
        let database =
            database(&[("2001:db8::/32", flat("IE")), ("::203.0.113.0/120", flat("TH"))]);
        assert_eq!(said(&database, "2001:db8::7"), [Some("IE"), None]);
        assert_eq!(said(&database, "203.0.113.7"), [Some("TH"), None]);
    }

    #[test]
    fn the_older_form_is_told_by_its_content() {
        let bytes = geoip_dat(&[("203.0.113.0/24", 16_776_960 + 210)], 16_776_960, &[]);
        let database = AddressDatabase::new(bytes).unwrap();
        assert!(matches!(database, AddressDatabase::GeoIp(_)));
        assert_eq!(said(&database, "203.0.113.7"), [Some("TH"), Some("Thailand")]);
        assert_eq!(said(&database, "203.0.112.7"), [None, None]);
    }

    #[test]
    fn addresses_are_read_as_c_reads_them() {
        let read = |text: &str| read_address(text.as_bytes()).map(|address| address.to_string());
        for (text, address) in [
            ("203.0.113.5", "203.0.113.5"),
            ("127.1", "127.0.0.1"),
            ("10.1.258", "10.1.1.2"),
            ("1.2.3", "1.2.0.3"),
            ("010.0.0.1", "8.0.0.1"),
            ("0x7f.0.0.0X1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("0.0.0.0", "0.0.0.0"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(read(text).as_deref(), Some(address), "{text}");
        }
        for text in [
            "203.0.113.5, 198.51.100.9",
            "",
            ".",
            "1.2.3.4.5",
            "1.2.3.256",
            "1.2.65536",
            "256.1",
            "08.1.1.1",
            "1.+2.3.4",
            "0x.1.1.1",
            "4294967296",
            "localhost",
            "1.2.3.4:80",
            "é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_file_that_cannot_serve_is_named() {
        let error = |path: &str| {
            let params: Params = [(PARAMETER, path)].into_iter().collect();
            AddressDatabase::open(&params).err().unwrap().to_string()
        };
        let missing = error("no/such/file.mmdb");
        assert!(
            missing.contains("geolocation_data") && missing.contains("No such file"),
            "{missing}"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.mmdb");
        for (bytes, reason) in [
            (&b"<!DOCTYPE html>"[..], "no whole GeoIP.dat"),
            (&b"\xab\xcd\xefMaxMind.comXYZ"[..], "country database"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let said = error(path.to_str().unwrap());
            assert!(said.contains("page.mmdb") && said.contains(reason), "{said}");
        }
        assert_eq!(
            AddressDatabase::open(&Params::default()).err(),
            Some(ParamError::Missing(PARAMETER))
        );
    }
}
