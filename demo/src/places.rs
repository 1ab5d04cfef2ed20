//! Countries with their weight among learners, hours, language and address ranges (05 §3.4), and
//! addresses drawn from them. Ranges of the first group are those of the freely published test
//! database of countries.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::rng::Rng;

/// A country as far as its learners' events show it.
#[derive(Debug)]
pub struct Country {
    /// ISO code.
    pub code: &'static str,
    /// English name.
    pub name: &'static str,
    weight: f64,
    /// Hours east of Greenwich.
    pub offset: i64,
    /// What its browsers send as Accept-Language.
    pub language: &'static str,
    /// Leading numbers of its addresses.
    network: &'static str,
    /// Range of the last number, when the network is small.
    last: (i64, i64),
}

const fn country(
    (code, name): (&'static str, &'static str),
    weight: f64,
    offset: i64,
    language: &'static str,
    network: &'static str,
    last: (i64, i64),
) -> Country {
    Country { code, name, weight, offset, language, network, last }
}

const ANY: (i64, i64) = (1, 254);

/// All countries, the larger ones first.
pub const COUNTRIES: [Country; 46] = [
    country(("US", "United States"), 27.0, -6, "en-US,en;q=0.9", "216.160.83", (56, 63)),
    country(("IN", "India"), 11.0, 5, "en-IN,en;q=0.9,hi;q=0.8", "49.36", ANY),
    country(("GB", "United Kingdom"), 6.0, 0, "en-GB,en;q=0.9", "81.2.69", (142, 192)),
    country(("CN", "China"), 5.0, 8, "zh-CN,zh;q=0.9", "175.16.199", ANY),
    country(("BR", "Brazil"), 4.0, -3, "pt-BR,pt;q=0.9", "177.32", ANY),
    country(("CA", "Canada"), 4.0, -5, "en-CA,en;q=0.9,fr;q=0.7", "24.48", ANY),
    country(("DE", "Germany"), 3.0, 1, "de-DE,de;q=0.9,en;q=0.8", "84.128", ANY),
    country(("ES", "Spain"), 3.0, 1, "es-ES,es;q=0.9", "83.32", ANY),
    country(("MX", "Mexico"), 3.0, -6, "es-MX,es;q=0.9", "187.128", ANY),
    country(("NG", "Nigeria"), 2.0, 1, "en-NG,en;q=0.9", "105.112", ANY),
    country(("PH", "Philippines"), 2.0, 8, "en-PH,en;q=0.9,fil;q=0.7", "202.196.224", ANY),
    country(("FR", "France"), 2.0, 1, "fr-FR,fr;q=0.9", "90.0", ANY),
    country(("CO", "Colombia"), 2.0, -5, "es-CO,es;q=0.9", "181.48", ANY),
    country(("PK", "Pakistan"), 2.0, 5, "en-PK,en;q=0.9,ur;q=0.8", "39.32", ANY),
    country(("AU", "Australia"), 2.0, 10, "en-AU,en;q=0.9", "1.128", ANY),
    country(("SE", "Sweden"), 1.8, 1, "sv-SE,sv;q=0.9,en;q=0.8", "89.160.20", (112, 239)),
    country(("JP", "Japan"), 1.6, 9, "ja,en;q=0.8", "126.0", ANY),
    country(("BT", "Bhutan"), 0.6, 6, "dz,en;q=0.9", "67.43.156", ANY),
    country(("EG", "Egypt"), 1.4, 2, "ar-EG,ar;q=0.9", "41.32", ANY),
    country(("IT", "Italy"), 1.2, 1, "it-IT,it;q=0.9", "79.0", ANY),
    country(("NL", "Netherlands"), 1.1, 1, "nl-NL,nl;q=0.9", "84.80", ANY),
    country(("PL", "Poland"), 1.0, 1, "pl-PL,pl;q=0.9", "83.0", ANY),
    country(("TR", "Türkiye"), 0.9, 3, "tr-TR,tr;q=0.9", "78.160", ANY),
    country(("UA", "Ukraine"), 0.9, 2, "uk,en;q=0.8", "93.72", ANY),
    country(("ID", "Indonesia"), 0.8, 7, "id,en;q=0.8", "36.64", ANY),
    country(("VN", "Vietnam"), 0.8, 7, "vi,en;q=0.8", "14.160", ANY),
    country(("KR", "South Korea"), 0.7, 9, "ko-KR,ko;q=0.9", "175.192", ANY),
    country(("AR", "Argentina"), 0.7, -3, "es-AR,es;q=0.9", "181.0", ANY),
    country(("CL", "Chile"), 0.6, -4, "es-CL,es;q=0.9", "190.160", ANY),
    country(("PE", "Peru"), 0.6, -5, "es-PE,es;q=0.9", "190.232", ANY),
    country(("ZA", "South Africa"), 0.6, 2, "en-ZA,en;q=0.9", "41.0", ANY),
    country(("KE", "Kenya"), 0.5, 3, "en-KE,en;q=0.9", "105.48", ANY),
    country(("GR", "Greece"), 0.5, 2, "el,en;q=0.8", "79.128", ANY),
    country(("PT", "Portugal"), 0.5, 0, "pt-PT,pt;q=0.9", "81.64", ANY),
    country(("TH", "Thailand"), 0.5, 7, "th,en;q=0.8", "49.48", ANY),
    country(("MY", "Malaysia"), 0.4, 8, "ms,en;q=0.9", "60.48", ANY),
    country(("SG", "Singapore"), 0.4, 8, "en-SG,en;q=0.9", "116.86", ANY),
    country(("TW", "Taiwan"), 0.4, 8, "zh-TW,zh;q=0.9", "111.240", ANY),
    country(("BD", "Bangladesh"), 0.4, 6, "bn,en;q=0.8", "103.4", ANY),
    country(("LK", "Sri Lanka"), 0.3, 5, "si,en;q=0.9", "112.134", ANY),
    country(("NP", "Nepal"), 0.3, 5, "ne,en;q=0.8", "27.34", ANY),
    country(("IL", "Israel"), 0.3, 2, "he-IL,he;q=0.9", "79.176", ANY),
    country(("CH", "Switzerland"), 0.3, 1, "de-CH,de;q=0.9,fr;q=0.8", "85.0", ANY),
    country(("AT", "Austria"), 0.3, 1, "de-AT,de;q=0.9", "91.112", ANY),
    country(("NO", "Norway"), 0.3, 1, "nb-NO,nb;q=0.9", "84.208", ANY),
    country(("NZ", "New Zealand"), 0.3, 12, "en-NZ,en;q=0.9", "125.236", ANY),
];

/// The country that has a range of version 6 too: its code and the first 32 bits of the range.
pub const OF_VERSION_6: (&str, Ipv6Addr) = ("JP", Ipv6Addr::new(0x2001, 0x218, 0, 0, 0, 0, 0, 0));

impl Country {
    /// Leading numbers of its addresses, from which the rest is missing.
    fn leading(&self) -> Vec<u8> {
        self.network.split('.').filter_map(|number| number.parse().ok()).collect()
    }

    /// Its first and last address of version 4.
    pub fn range(&self) -> (Ipv4Addr, Ipv4Addr) {
        let (first, last) = match self.last {
            ANY => (0, 255),
            (first, last) => (first as u8, last as u8),
        };
        match self.leading()[..] {
            [a, b, c] => (Ipv4Addr::new(a, b, c, first), Ipv4Addr::new(a, b, c, last)),
            [a, b] => (Ipv4Addr::new(a, b, 0, first), Ipv4Addr::new(a, b, 255, last)),
            _ => (Ipv4Addr::UNSPECIFIED, Ipv4Addr::UNSPECIFIED),
        }
    }
}

/// The country of an address as lines spell it; none of a list of addresses and of one that is in no
/// range.
pub fn country_of(address: &str) -> Option<&'static Country> {
    match address.parse().ok()? {
        IpAddr::V4(address) => COUNTRIES.iter().find(|country| {
            let (first, last) = country.range();
            (first..=last).contains(&address)
        }),
        IpAddr::V6(address) => {
            let (code, range) = OF_VERSION_6;
            let inside = address.segments()[..2] == range.segments()[..2];
            COUNTRIES.iter().find(|country| inside && country.code == code)
        }
    }
}

/// The index of a country drawn by its share of learners.
pub fn draw_country(rng: &mut Rng) -> usize {
    rng.weighted(&COUNTRIES.each_ref().map(|country| country.weight))
}

/// A public address of a country; a few are of version 6 where the country has such a range.
pub fn address(country: usize, rng: &mut Rng) -> String {
    let country = &COUNTRIES[country];
    if country.code == OF_VERSION_6.0 && rng.chance(0.5) {
        return format!("2001:218::{:x}:{:x}", rng.between(1, 0xffff), rng.between(1, 0xffff));
    }
    let last = rng.between(country.last.0, country.last.1);
    match country.network.matches('.').count() {
        2 => format!("{}.{last}", country.network),
        _ => format!("{}.{}.{last}", country.network, rng.between(0, 255)),
    }
}

/// An address that no database knows: private, loopback or unique-local.
pub fn unroutable(rng: &mut Rng) -> String {
    match rng.below(4) {
        0 => "127.0.0.1".to_owned(),
        1 => format!("fd00::{:x}", rng.between(1, 0xffff)),
        _ => format!("10.{}.{}.{}", rng.between(0, 255), rng.between(0, 255), rng.between(1, 254)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn addresses_are_in_their_country() {
        let mut rng = Rng::keyed(1, Purpose::Person, [0, 0]);
        let code = |address: &str| country_of(address).map(|country| country.code);
        for (index, country) in COUNTRIES.iter().enumerate() {
            for _ in 0..20 {
                assert_eq!(code(&address(index, &mut rng)), Some(country.code));
                let nowhere = unroutable(&mut rng);
                assert!(nowhere.parse::<IpAddr>().is_ok());
                assert_eq!(code(&nowhere), None);
            }
        }
        assert_eq!(code("81.2.69.150, 10.1.2.3"), None);
    }

    #[test]
    fn the_united_states_have_about_a_quarter() {
        let mut rng = Rng::keyed(1, Purpose::Person, [0, 1]);
        let hits = (0..10_000).filter(|_| draw_country(&mut rng) == 0).count();
        assert!((2500..3300).contains(&hits), "{hits}");
    }
}
