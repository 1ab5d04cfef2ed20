//! Countries with their weight among learners, hours, language and address ranges (05 §3.4), and
//! addresses drawn from them. Ranges of the first group are those of the freely published test
//! database of countries.

use crate::rng::Rng;

/// A country as far as its learners' events show it.
#[derive(Debug)]
pub struct Country {
    /// ISO code.
    pub code: &'static str,
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
    code: &'static str,
    weight: f64,
    offset: i64,
    language: &'static str,
    network: &'static str,
    last: (i64, i64),
) -> Country {
    Country { code, weight, offset, language, network, last }
}

const ANY: (i64, i64) = (1, 254);

/// All countries, the larger ones first.
pub const COUNTRIES: [Country; 46] = [
    country("US", 27.0, -6, "en-US,en;q=0.9", "216.160.83", (56, 63)),
    country("IN", 11.0, 5, "en-IN,en;q=0.9,hi;q=0.8", "49.36", ANY),
    country("GB", 6.0, 0, "en-GB,en;q=0.9", "81.2.69", (142, 192)),
    country("CN", 5.0, 8, "zh-CN,zh;q=0.9", "175.16.199", ANY),
    country("BR", 4.0, -3, "pt-BR,pt;q=0.9", "177.32", ANY),
    country("CA", 4.0, -5, "en-CA,en;q=0.9,fr;q=0.7", "24.48", ANY),
    country("DE", 3.0, 1, "de-DE,de;q=0.9,en;q=0.8", "84.128", ANY),
    country("ES", 3.0, 1, "es-ES,es;q=0.9", "83.32", ANY),
    country("MX", 3.0, -6, "es-MX,es;q=0.9", "187.128", ANY),
    country("NG", 2.0, 1, "en-NG,en;q=0.9", "105.112", ANY),
    country("PH", 2.0, 8, "en-PH,en;q=0.9,fil;q=0.7", "202.196.224", ANY),
    country("FR", 2.0, 1, "fr-FR,fr;q=0.9", "90.0", ANY),
    country("CO", 2.0, -5, "es-CO,es;q=0.9", "181.48", ANY),
    country("PK", 2.0, 5, "en-PK,en;q=0.9,ur;q=0.8", "39.32", ANY),
    country("AU", 2.0, 10, "en-AU,en;q=0.9", "1.128", ANY),
    country("SE", 1.8, 1, "sv-SE,sv;q=0.9,en;q=0.8", "89.160.20", (112, 239)),
    country("JP", 1.6, 9, "ja,en;q=0.8", "126.0", ANY),
    country("BT", 0.6, 6, "dz,en;q=0.9", "67.43.156", ANY),
    country("EG", 1.4, 2, "ar-EG,ar;q=0.9", "41.32", ANY),
    country("IT", 1.2, 1, "it-IT,it;q=0.9", "79.0", ANY),
    country("NL", 1.1, 1, "nl-NL,nl;q=0.9", "84.80", ANY),
    country("PL", 1.0, 1, "pl-PL,pl;q=0.9", "83.0", ANY),
    country("TR", 0.9, 3, "tr-TR,tr;q=0.9", "78.160", ANY),
    country("UA", 0.9, 2, "uk,en;q=0.8", "93.72", ANY),
    country("ID", 0.8, 7, "id,en;q=0.8", "36.64", ANY),
    country("VN", 0.8, 7, "vi,en;q=0.8", "14.160", ANY),
    country("KR", 0.7, 9, "ko-KR,ko;q=0.9", "175.192", ANY),
    country("AR", 0.7, -3, "es-AR,es;q=0.9", "181.0", ANY),
    country("CL", 0.6, -4, "es-CL,es;q=0.9", "190.160", ANY),
    country("PE", 0.6, -5, "es-PE,es;q=0.9", "190.232", ANY),
    country("ZA", 0.6, 2, "en-ZA,en;q=0.9", "41.0", ANY),
    country("KE", 0.5, 3, "en-KE,en;q=0.9", "105.48", ANY),
    country("GR", 0.5, 2, "el,en;q=0.8", "79.128", ANY),
    country("PT", 0.5, 0, "pt-PT,pt;q=0.9", "81.64", ANY),
    country("TH", 0.5, 7, "th,en;q=0.8", "49.48", ANY),
    country("MY", 0.4, 8, "ms,en;q=0.9", "60.48", ANY),
    country("SG", 0.4, 8, "en-SG,en;q=0.9", "116.86", ANY),
    country("TW", 0.4, 8, "zh-TW,zh;q=0.9", "111.240", ANY),
    country("BD", 0.4, 6, "bn,en;q=0.8", "103.4", ANY),
    country("LK", 0.3, 5, "si,en;q=0.9", "112.134", ANY),
    country("NP", 0.3, 5, "ne,en;q=0.8", "27.34", ANY),
    country("IL", 0.3, 2, "he-IL,he;q=0.9", "79.176", ANY),
    country("CH", 0.3, 1, "de-CH,de;q=0.9,fr;q=0.8", "85.0", ANY),
    country("AT", 0.3, 1, "de-AT,de;q=0.9", "91.112", ANY),
    country("NO", 0.3, 1, "nb-NO,nb;q=0.9", "84.208", ANY),
    country("NZ", 0.3, 12, "en-NZ,en;q=0.9", "125.236", ANY),
];

/// The index of a country drawn by its share of learners.
pub fn draw_country(rng: &mut Rng) -> usize {
    rng.weighted(&COUNTRIES.each_ref().map(|country| country.weight))
}

/// A public address of a country; a few are of version 6 where the country has such a range.
pub fn address(country: usize, rng: &mut Rng) -> String {
    let country = &COUNTRIES[country];
    if country.code == "JP" && rng.chance(0.5) {
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
    use std::net::IpAddr;

    #[test]
    fn addresses_parse() {
        let mut rng = Rng::keyed(1, Purpose::Person, [0, 0]);
        for index in 0..COUNTRIES.len() {
            for _ in 0..20 {
                assert!(address(index, &mut rng).parse::<IpAddr>().is_ok());
                assert!(unroutable(&mut rng).parse::<IpAddr>().is_ok());
            }
        }
    }

    #[test]
    fn the_united_states_have_about_a_quarter() {
        let mut rng = Rng::keyed(1, Purpose::Person, [0, 1]);
        let hits = (0..10_000).filter(|_| draw_country(&mut rng) == 0).count();
        assert!((2500..3300).contains(&hits), "{hits}");
    }
}
