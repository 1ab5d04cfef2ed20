//! Country codes, as learners' addresses give them, to countries of ISO 3166-1 (spec 50 §15.1).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use api_client::Country;

/// alpha2, alpha3, number, name; a header line.
const TABLE: &str = include_str!("countries.tsv");

/// Every country under its three codes.
static COUNTRIES: LazyLock<HashMap<&'static str, Country>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter_map(|row| <[&str; 4]>::try_from(row).ok())
        .flat_map(|[alpha2, alpha3, number, name]| {
            let country = Country {
                alpha2: Some(Cow::Borrowed(alpha2)),
                alpha3: Some(Cow::Borrowed(alpha3)),
                name: Cow::Borrowed(name),
            };
            [alpha2, alpha3, number].map(|code| (code, country.clone()))
        })
        .collect()
});

/// The country of a code of two letters, three letters or digits, in any case; the unknown country
/// for any other text.
pub(crate) fn country(code: Option<&str>) -> Country {
    let code = code.unwrap_or_default().to_uppercase();
    let is_number = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    let code = if is_number { code.trim_start_matches('0') } else { code.as_str() };
    COUNTRIES.get(code).cloned().unwrap_or(Country::UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_kinds_of_code_mean_the_same() {
        for code in ["CA", "ca", "CAN", "124", "0124"] {
            assert_eq!(country(Some(code)).name, "Canada", "{code}");
        }
        assert_eq!(country(Some("8")).alpha2.as_deref(), Some("AL"));
        assert_eq!(country(Some("008")).alpha2.as_deref(), Some("AL"));
    }

    #[test]
    fn everything_else_is_unknown() {
        for code in [
            "", "UNKNOWN", "A1", "A2", "AP", "EU", "O1", "XK", "UK", "AN", "ZZ", " CA", "0", "1240",
        ] {
            assert_eq!(country(Some(code)), Country::UNKNOWN, "{code}");
        }
        assert_eq!(country(None), Country::UNKNOWN);
    }

    #[test]
    fn the_table_is_whole() {
        let codes = COUNTRIES.values().map(|country| country.alpha2.as_deref());
        let distinct: std::collections::BTreeSet<_> = codes.collect();
        assert_eq!((distinct.len(), COUNTRIES.len()), (249, 3 * 249));
    }
}
