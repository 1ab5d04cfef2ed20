//! The older form of a country database, GeoIP.dat (spec 10 §6.2): a binary trie over addresses.
//!
//! A node is two numbers of three bytes, the smaller byte first: where to go on for a bit 0 and for a
//! bit 1, or, from some number on, what was found. The file's last bytes tell which edition it is.

use super::geoip_countries::COUNTRIES;
use std::net::IpAddr;

/// A database in memory.
pub struct GeoIpDat {
    bytes: Vec<u8>,
    edition: Edition,
    /// Bits of an address: 32 or 128.
    levels: u32,
    /// The smallest number that is no node.
    end: u32,
}

/// What a number behind the last node means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edition {
    /// A country.
    Country,
    /// A region, by the first numbering: countries, then states of the USA.
    OldRegion,
    /// A region, by the second numbering: states of the USA, of Canada, then countries.
    Region,
    /// The place of a record that begins with a country.
    City,
}

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GeoIpError {
    /// The file says that it holds something else, domains for example.
    #[error("it is a GeoIP database of type {0}, which holds no countries")]
    NoCountries(u8),
    /// A node leads outside the file.
    #[error("it is no MaxMind DB file, and no whole GeoIP.dat either")]
    Broken,
}

const COUNTRY_BEGIN: u32 = 16_776_960;
const OLD_REGION_BEGIN: u32 = 16_700_000;
const REGION_BEGIN: u32 = 16_000_000;

/// How far from its end a file may say its edition.
const LONGEST_TRAILER: usize = 20;

impl GeoIpDat {
    /// Reads a whole file. All nodes are checked, since nothing else tells such a file from others.
    ///
    /// # Errors
    /// When it holds no countries, or is no such file.
    pub fn new(bytes: Vec<u8>) -> Result<Self, GeoIpError> {
        let (kind, rest) = trailer(&bytes).unwrap_or((1, &[]));
        let (edition, levels, end) = match kind {
            1 => (Edition::Country, 32, COUNTRY_BEGIN),
            12 => (Edition::Country, 128, COUNTRY_BEGIN),
            7 => (Edition::OldRegion, 32, OLD_REGION_BEGIN),
            3 => (Edition::Region, 32, REGION_BEGIN),
            2 | 6 => (Edition::City, 32, number(rest, 0).ok_or(GeoIpError::Broken)?),
            30 | 31 => (Edition::City, 128, number(rest, 0).ok_or(GeoIpError::Broken)?),
            other => return Err(GeoIpError::NoCountries(other)),
        };
        let database = Self { bytes, edition, levels, end };
        if database.is_whole() { Ok(database) } else { Err(GeoIpError::Broken) }
    }

    /// Code and name of an address's country; a database of regions knows no names. None for an
    /// address without a country, or of another kind than the database's.
    #[must_use]
    pub fn country(&self, address: IpAddr) -> Option<(&'static str, Option<&'static str>)> {
        let bits = match (address, self.levels) {
            (IpAddr::V4(address), 32) => address.to_bits().into(),
            (IpAddr::V6(address), 128) => address.to_bits(),
            _ => return None,
        };
        let (code, name) =
            *COUNTRIES.get(self.index(self.find(bits)?)?).filter(|(code, _)| *code != "--")?;
        let named = !matches!(self.edition, Edition::OldRegion | Edition::Region);
        Some((code, named.then_some(name)))
    }

    fn find(&self, bits: u128) -> Option<u32> {
        let mut node = 0;
        for level in (0..self.levels).rev() {
            node = self.branch(node, bits >> level & 1 == 1)?;
            if node >= self.end {
                return Some(node);
            }
        }
        None
    }

    fn branch(&self, node: u32, bit: bool) -> Option<u32> {
        number(&self.bytes, 6 * usize::try_from(node).ok()? + 3 * usize::from(bit))
    }

    /// The country's place in the list.
    fn index(&self, found: u32) -> Option<usize> {
        let of = |code| COUNTRIES.iter().position(|country| country.0 == code);
        let number = found - self.end;
        match self.edition {
            Edition::Country => usize::try_from(number).ok(),
            Edition::OldRegion if number >= 1000 => of("US"),
            Edition::OldRegion => usize::try_from(number).ok(),
            Edition::Region => match number {
                0 => None,
                1..677 => of("US"),
                677..1353 => of("CA"),
                _ => usize::try_from((number - 1353) / 360).ok(),
            },
            // The first record is that of no place.
            Edition::City if number == 0 => Some(0),
            Edition::City => {
                let place = usize::try_from(found).ok()? + 5 * usize::try_from(self.end).ok()?;
                self.bytes.get(place).copied().map(usize::from)
            }
        }
    }

    /// Whether every node that can be reached stands in the file.
    fn is_whole(&self) -> bool {
        let (mut node, mut nodes) = (0, 1);
        while node < nodes {
            for bit in [false, true] {
                match self.branch(node, bit) {
                    None => return false,
                    Some(next) if next < self.end => nodes = nodes.max(next + 1),
                    Some(found) if self.edition == Edition::City && self.index(found).is_none() => {
                        return false;
                    }
                    Some(_) => {}
                }
            }
            node += 1;
        }
        true
    }
}

/// The edition's number and what follows it, if three bytes 0xFF stand near the file's end.
fn trailer(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let from = bytes.len().saturating_sub(LONGEST_TRAILER + 2);
    let last = bytes.get(from..)?;
    let at = last.windows(3).rposition(|three| three == [0xff; 3])?;
    let (kind, rest) = last[at + 3..].split_first()?;
    Some((if *kind >= 106 { kind - 105 } else { *kind }, rest))
}

/// A number of three bytes.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let [a, b, c] = *bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes([a, b, c, 0]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testkit::address_files::geoip_dat;

    const US: u32 = 225;
    const THAILAND: u32 = 210;

    fn found(database: &GeoIpDat, address: &str) -> Option<(&'static str, Option<&'static str>)> {
        database.country(address.parse().unwrap())
    }

    #[test]
    fn the_list_of_countries_has_its_places() {
        assert_eq!(COUNTRIES[US as usize], ("US", "United States"));
        assert_eq!(COUNTRIES[THAILAND as usize], ("TH", "Thailand"));
        assert_eq!(COUNTRIES[254], ("SS", "South Sudan"));
        assert!(COUNTRIES.iter().skip(1).all(|(code, name)| code.len() == 2 && !name.is_empty()));
    }

    #[test]
    fn countries_are_found_by_the_longest_prefix_given() {
        let networks =
            [("203.0.113.0/24", COUNTRY_BEGIN + THAILAND), ("128.0.0.0/2", COUNTRY_BEGIN + 1)];
        for trailer in [&[][..], &[0xff, 0xff, 0xff, 1], &[0xff, 0xff, 0xff, 106]] {
            let database = GeoIpDat::new(geoip_dat(&networks, COUNTRY_BEGIN, trailer)).unwrap();
            assert_eq!(found(&database, "203.0.113.7"), Some(("TH", Some("Thailand"))));
            assert_eq!(found(&database, "203.0.114.7"), None);
            assert_eq!(found(&database, "130.1.2.3"), Some(("AP", Some("Asia/Pacific Region"))));
            assert_eq!(found(&database, "10.0.0.1"), None);
            assert_eq!(found(&database, "::1"), None);
        }
    }

    #[test]
    fn addresses_of_128_bits_have_an_edition_of_their_own() {
        let networks = [("2001:db8::/32", COUNTRY_BEGIN + THAILAND)];
        let bytes = geoip_dat(&networks, COUNTRY_BEGIN, &[0xff, 0xff, 0xff, 12]);
        let database = GeoIpDat::new(bytes).unwrap();
        assert_eq!(found(&database, "2001:db8::1"), Some(("TH", Some("Thailand"))));
        assert_eq!(found(&database, "2001:db9::1"), None);
        assert_eq!(found(&database, "203.0.113.7"), None);
    }

    #[test]
    fn regions_have_a_code_and_no_name() {
        let old =
            [("1.0.0.0/8", OLD_REGION_BEGIN + THAILAND), ("2.0.0.0/8", OLD_REGION_BEGIN + 1000)];
        let bytes = geoip_dat(&old, OLD_REGION_BEGIN, &[0xff, 0xff, 0xff, 112]);
        let database = GeoIpDat::new(bytes).unwrap();
        assert_eq!(found(&database, "1.2.3.4"), Some(("TH", None)));
        assert_eq!(found(&database, "2.2.3.4"), Some(("US", None)));
        assert_eq!(found(&database, "3.2.3.4"), None);
        let new = [
            ("1.0.0.0/8", REGION_BEGIN + 676),
            ("2.0.0.0/8", REGION_BEGIN + 677),
            ("3.0.0.0/8", REGION_BEGIN + 1353 + 360 * THAILAND + 359),
        ];
        let database =
            GeoIpDat::new(geoip_dat(&new, REGION_BEGIN, &[0xff, 0xff, 0xff, 3])).unwrap();
        assert_eq!(found(&database, "1.2.3.4"), Some(("US", None)));
        assert_eq!(found(&database, "2.2.3.4"), Some(("CA", None)));
        assert_eq!(found(&database, "3.2.3.4"), Some(("TH", None)));
        assert_eq!(found(&database, "4.2.3.4"), None);
    }

    #[test]
    fn cities_begin_with_their_country() {
        // Two nodes, so records are numbered from 2 on and stand behind the twelve bytes of these.
        let mut bytes = geoip_dat(&[("0.0.0.0/2", 3)], 2, &[]);
        assert_eq!(bytes.len(), 12);
        bytes.extend([0, 210, 0xff, 0xff, 0xff, 2, 2, 0, 0]);
        let database = GeoIpDat::new(bytes).unwrap();
        assert_eq!(found(&database, "1.2.3.4"), Some(("TH", Some("Thailand"))));
        assert_eq!(found(&database, "200.2.3.4"), None);
    }

    #[test]
    fn other_files_are_refused() {
        let whole = geoip_dat(&[("203.0.113.0/24", COUNTRY_BEGIN + 1)], COUNTRY_BEGIN, &[]);
        let error = |bytes: &[u8]| GeoIpDat::new(bytes.to_vec()).err();
        assert_eq!(error(b""), Some(GeoIpError::Broken));
        assert_eq!(error(b"<!DOCTYPE html><title>Sign in</title>"), Some(GeoIpError::Broken));
        assert_eq!(error(&whole[..whole.len() - 1]), Some(GeoIpError::Broken));
        let domains = [&whole[..], &[0xff, 0xff, 0xff, 11]].concat();
        assert_eq!(error(&domains), Some(GeoIpError::NoCountries(11)));
        let city_without_size = [&whole[..], &[0xff, 0xff, 0xff, 2]].concat();
        assert_eq!(error(&city_without_size), Some(GeoIpError::Broken));
    }
}
