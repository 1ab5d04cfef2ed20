//! The two spellings of a moment on the wire (spec 50 §2.3); both are UTC.
//!
//! Days need nothing here: `chrono::NaiveDate` reads and writes `YYYY-MM-DD` by itself.

use chrono::NaiveDateTime;
use serde::{Deserialize, Deserializer, Serializer, de};
use utoipa::ToSchema;

/// How most resources print a moment; a fraction of a second is cut.
pub const COMPACT: &str = "%Y-%m-%dT%H%M%S";

/// A moment of most resources as the API's description has it (UTC, without colons and zone).
#[derive(ToSchema)]
#[schema(value_type = String, pattern = r"^\d{4}-\d{2}-\d{2}T\d{6}$", example = "2014-01-02T030405")]
pub struct Compact(#[expect(dead_code, reason = "only its description is used")] String);

/// A moment of `programs` and a few others, as the API's description has it.
#[derive(ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2014-01-02T03:04:05Z")]
pub struct Iso(#[expect(dead_code, reason = "only its description is used")] String);

/// `YYYY-MM-DDTHHMMSS`, or null; for `#[serde(with = "moment::compact")]`.
pub mod compact {
    use super::{COMPACT, Deserializer, NaiveDateTime, Serializer, read};

    /// Prints the moment, or null.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        moment: &Option<NaiveDateTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match moment {
            Some(moment) => serializer.collect_str(&moment.format(COMPACT)),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a moment, or null.
    ///
    /// # Errors
    /// Text of another form.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<NaiveDateTime>, D::Error> {
        read(deserializer, COMPACT)
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ` with `.ffffff` before the `Z` where the fraction is not zero, or null;
/// for `#[serde(with = "moment::iso")]`. Only `programs` prints moments like this.
pub mod iso {
    use super::{Deserializer, NaiveDateTime, Serializer, read};
    use chrono::Timelike;

    /// Prints the moment, or null.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        moment: &Option<NaiveDateTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match moment {
            Some(moment) if moment.nanosecond() < 1000 => {
                serializer.collect_str(&moment.format("%Y-%m-%dT%H:%M:%SZ"))
            }
            Some(moment) => serializer.collect_str(&moment.format("%Y-%m-%dT%H:%M:%S%.6fZ")),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a moment, or null.
    ///
    /// # Errors
    /// Text of another form.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<NaiveDateTime>, D::Error> {
        read(deserializer, "%Y-%m-%dT%H:%M:%S%.fZ")
    }
}

fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
    format: &str,
) -> Result<Option<NaiveDateTime>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| NaiveDateTime::parse_from_str(&text, format).map_err(de::Error::custom))
        .transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde::Serialize;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Both {
        #[serde(with = "compact")]
        compact: Option<NaiveDateTime>,
        #[serde(with = "iso")]
        iso: Option<NaiveDateTime>,
    }

    fn both(text: &str) -> Both {
        let moment = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok();
        Both { compact: moment, iso: moment }
    }

    #[test]
    fn prints_both_spellings_and_cuts_the_fraction_of_the_compact_one() {
        let print = |text| serde_json::to_string(&both(text)).unwrap();
        assert_eq!(
            print("2014-01-02 03:04:05"),
            r#"{"compact":"2014-01-02T030405","iso":"2014-01-02T03:04:05Z"}"#
        );
        assert_eq!(
            print("2014-01-02 03:04:05.999"),
            r#"{"compact":"2014-01-02T030405","iso":"2014-01-02T03:04:05.999000Z"}"#
        );
        assert_eq!(print("no moment"), r#"{"compact":null,"iso":null}"#);
    }

    #[test]
    fn reads_what_it_prints() {
        for text in ["2014-01-02 03:04:05", "no moment"] {
            let printed = serde_json::to_string(&both(text)).unwrap();
            assert_eq!(serde_json::from_str::<Both>(&printed).unwrap(), both(text));
        }
        let fraction =
            serde_json::from_str::<Both>(r#"{"compact":null,"iso":"2014-01-02T03:04:05.000250Z"}"#)
                .unwrap();
        assert_eq!(fraction.iso, both("2014-01-02 03:04:05.00025").iso);
    }

    #[test]
    fn refuses_the_other_spelling() {
        assert!(
            serde_json::from_str::<Both>(r#"{"compact":"2014-01-02T03:04:05Z","iso":null}"#)
                .is_err()
        );
    }
}
