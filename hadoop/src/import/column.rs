//! One column: what the database declares, which Avro type that becomes, and how a value gets there.
//!
//! Types are those of Sqoop's Avro import (spec 40 C.2, 45): `tinyint(1)` is a boolean, a decimal is
//! text as MySQL prints it, a date or date-time is text where `--map-column-java` says String and else
//! milliseconds since 1970, a zero date is NULL.

use std::borrow::Cow;

use jobs::table::Kind;

use super::cell::Cell;
use super::options::JavaType;
use super::stamp::Stamp;

/// A family of column types, the same for MySQL, MariaDB and SQLite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Native {
    Boolean,
    Int,
    Long,
    Float,
    Double,
    /// With its digits after the point, where declared.
    Decimal(Option<usize>),
    Text,
    Bytes,
    Date,
    DateTime,
    Time,
}

impl Native {
    /// The family of a declared type, `int(11) unsigned` for example; none if it is not one of ours.
    pub fn parse(declared: &str) -> Option<Self> {
        let declared = declared.trim().to_ascii_lowercase();
        let end =
            declared.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(declared.len());
        let (base, rest) = declared.split_at(end);
        let sizes = rest
            .trim_start()
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
            .map(|(sizes, _)| sizes);
        Some(match base {
            "tinyint" | "bit" if sizes == Some("1") => Self::Boolean,
            "bool" | "boolean" => Self::Boolean,
            "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "year" => Self::Int,
            "bigint" => Self::Long,
            "float" => Self::Float,
            "double" | "real" => Self::Double,
            "decimal" | "numeric" => Self::Decimal(scale(sizes)),
            "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum"
            | "set" | "json" | "uuid" => Self::Text,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Self::Bytes,
            "date" => Self::Date,
            "datetime" | "timestamp" => Self::DateTime,
            "time" => Self::Time,
            _ => return None,
        })
    }

    /// Whether a column of this family can hold what the catalogue says of it.
    pub fn holds(self, kind: Kind) -> bool {
        match kind {
            Kind::Int => matches!(self, Self::Int | Self::Long),
            Kind::Flag => self == Self::Boolean,
            Kind::Double | Kind::Float => {
                matches!(self, Self::Float | Self::Double | Self::Decimal(_))
            }
            Kind::Decimal => matches!(self, Self::Decimal(_)),
            Kind::Timestamp => self == Self::DateTime,
            Kind::Date => self == Self::Date,
            Kind::Text(_) | Kind::LongText | Kind::Json => self == Self::Text,
        }
    }

    /// Whether its values are dates or date-times.
    pub fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::DateTime)
    }

    /// Whether its values can be cut into ranges.
    pub fn is_whole_number(self) -> bool {
        matches!(self, Self::Int | Self::Long)
    }
}

fn scale(sizes: Option<&str>) -> Option<usize> {
    let digits = sizes?;
    digits.split_once(',').map_or(Some(0), |(_, scale)| scale.trim().parse().ok())
}

/// What a kind of the catalogue is called in messages.
pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "a whole number",
        Kind::Flag => "a boolean",
        Kind::Double | Kind::Float => "a number",
        Kind::Decimal => "a decimal",
        Kind::Timestamp => "a date and time",
        Kind::Date => "a date",
        Kind::Text(_) | Kind::LongText | Kind::Json => "text",
    }
}

/// The Avro type beside null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Text,
    Bytes,
}

impl Target {
    /// The type that Sqoop gives to a column; none if it gives none.
    pub fn of(native: Native, java: Option<JavaType>) -> Option<Self> {
        match (native, java) {
            (Native::Boolean, None) => Some(Self::Boolean),
            (Native::Bytes, None) => Some(Self::Bytes),
            (Native::Boolean | Native::Bytes, Some(_)) => None,
            (_, Some(JavaType::String)) | (Native::Text | Native::Decimal(_), None) => {
                Some(Self::Text)
            }
            (Native::Int, None) | (Native::Int | Native::Long, Some(JavaType::Integer)) => {
                Some(Self::Int)
            }
            (Native::Long | Native::Date | Native::DateTime, None) => Some(Self::Long),
            (Native::Int | Native::Long, Some(JavaType::Long)) => Some(Self::Long),
            (Native::Float, None) => Some(Self::Float),
            (Native::Double, None) => Some(Self::Double),
            (Native::Float | Native::Double | Native::Decimal(_), Some(JavaType::Double)) => {
                Some(Self::Double)
            }
            _ => None,
        }
    }

    /// Its name in an Avro schema.
    pub fn avro(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Text => "string",
            Self::Bytes => "bytes",
        }
    }
}

/// A value as a database driver hands it over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw<'a> {
    Null,
    Int(i128),
    Float(f32),
    Double(f64),
    Bytes(&'a [u8]),
    Stamp(Stamp),
    /// A time of day or a span, already printed.
    Time(String),
}

/// One column of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    pub native: Native,
    pub target: Target,
    /// Whether a date that is no date is text, as in a dump, and not NULL.
    pub keeps_zero: bool,
}

/// Why a value does not fit; names no text, which may be personal.
type Misfit = String;

impl Column {
    /// The value as its Avro field holds it.
    pub fn cell<'a>(&self, raw: Raw<'a>) -> Result<Cell<'a>, Misfit> {
        if raw == Raw::Null {
            return Ok(Cell::Null);
        }
        if matches!(self.native, Native::Date | Native::DateTime) {
            return self.time_cell(&raw);
        }
        Ok(match self.target {
            Target::Boolean => Cell::Boolean(truth(&raw)?),
            Target::Int => Cell::Int(whole(&raw)?),
            Target::Long => Cell::Long(whole(&raw)?),
            Target::Float => Cell::Float(real(&raw)? as f32),
            Target::Double => Cell::Double(real(&raw)?),
            Target::Text => Cell::Text(self.text(raw)?),
            Target::Bytes => match raw {
                Raw::Bytes(bytes) => Cell::Bytes(bytes),
                _ => return Err("is not binary".to_owned()),
            },
        })
    }

    fn time_cell(&self, raw: &Raw) -> Result<Cell<'static>, Misfit> {
        let stamp = stamp(raw)?;
        if stamp.is_zero() && !self.keeps_zero {
            return Ok(Cell::Null);
        }
        Ok(match (self.target, self.native) {
            (Target::Long, _) => {
                Cell::Long(stamp.millis().ok_or_else(|| format!("{stamp} is in no calendar"))?)
            }
            (_, Native::Date) => Cell::Text(stamp.day().into()),
            _ => Cell::Text(stamp.to_string().into()),
        })
    }

    fn text<'a>(&self, raw: Raw<'a>) -> Result<Cow<'a, str>, Misfit> {
        Ok(match (raw, self.native) {
            (Raw::Bytes(bytes), _) => utf8(bytes)?.into(),
            (Raw::Time(time), _) => time.into(),
            (Raw::Int(value), Native::Decimal(Some(scale))) => {
                format!("{:.scale$}", value as f64).into()
            }
            (Raw::Double(value), Native::Decimal(Some(scale))) => format!("{value:.scale$}").into(),
            (Raw::Int(value), _) => value.to_string().into(),
            (Raw::Float(value), _) => value.to_string().into(),
            (Raw::Double(value), _) => value.to_string().into(),
            (Raw::Null | Raw::Stamp(_), _) => return Err("is not text".to_owned()),
        })
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Misfit> {
    std::str::from_utf8(bytes)
        .map_err(|error| format!("is not UTF-8 at byte {}", error.valid_up_to()))
}

fn truth(raw: &Raw) -> Result<bool, Misfit> {
    match raw {
        Raw::Int(value) => Ok(*value != 0),
        // bit(1)
        Raw::Bytes([byte]) => Ok(*byte != 0),
        _ => Err("is no boolean".to_owned()),
    }
}

fn whole<T: TryFrom<i128>>(raw: &Raw) -> Result<T, Misfit> {
    let Raw::Int(value) = raw else { return Err("is no whole number".to_owned()) };
    T::try_from(*value)
        .map_err(|_| format!("{value} does not fit into {} bits", size_of::<T>() * 8))
}

fn real(raw: &Raw) -> Result<f64, Misfit> {
    match raw {
        Raw::Int(value) => Ok(*value as f64),
        Raw::Float(value) => Ok(f64::from(*value)),
        Raw::Double(value) => Ok(*value),
        Raw::Bytes(bytes) => utf8(bytes)?.parse().map_err(|_| "is no number".to_owned()),
        _ => Err("is no number".to_owned()),
    }
}

fn stamp(raw: &Raw) -> Result<Stamp, Misfit> {
    match raw {
        Raw::Stamp(stamp) => Some(*stamp),
        Raw::Bytes(bytes) => Stamp::parse(utf8(bytes)?),
        _ => None,
    }
    .ok_or_else(|| "is no date and time".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn column(declared: &str, java: Option<JavaType>) -> Column {
        let native = Native::parse(declared).unwrap();
        let target = Target::of(native, java).unwrap();
        Column { name: "c".to_owned(), native, target, keeps_zero: false }
    }

    fn cell(
        declared: &str,
        java: Option<JavaType>,
        raw: Raw<'static>,
    ) -> Result<Cell<'static>, String> {
        column(declared, java).cell(raw)
    }

    #[test]
    fn declared_types_of_both_dialects() {
        for (declared, native) in [
            ("tinyint(1)", Native::Boolean),
            ("BOOL", Native::Boolean),
            ("tinyint(4)", Native::Int),
            ("int(10) unsigned", Native::Int),
            ("bigint unsigned", Native::Long),
            ("double precision", Native::Double),
            ("decimal(10, 2)", Native::Decimal(Some(2))),
            ("numeric", Native::Decimal(None)),
            ("enum('a','b')", Native::Text),
            ("varchar (30)", Native::Text),
            ("datetime(6)", Native::DateTime),
        ] {
            assert_eq!(Native::parse(declared), Some(native), "{declared}");
        }
        assert_eq!(Native::parse("geometry"), None);
        assert_eq!(Native::parse("bit(8)"), None);
        assert_eq!(Native::parse(""), None);
    }

    #[test]
    fn types_are_sqoops() {
        let avro =
            |declared, java| Target::of(Native::parse(declared).unwrap(), java).map(Target::avro);
        assert_eq!(avro("tinyint(1)", None), Some("boolean"));
        assert_eq!(avro("decimal(10,2)", None), Some("string"));
        assert_eq!(avro("datetime", None), Some("long"));
        assert_eq!(avro("datetime", Some(JavaType::String)), Some("string"));
        assert_eq!(avro("int", Some(JavaType::Long)), Some("long"));
        assert_eq!(avro("tinyint(1)", Some(JavaType::String)), None);
        assert_eq!(avro("varchar(3)", Some(JavaType::Long)), None);
        assert_eq!(avro("time", None), None);
    }

    #[test]
    fn dates_become_text_with_microseconds() {
        let java = Some(JavaType::String);
        let stamp = Stamp { year: 2013, month: 11, day: 3, micros: 7, ..Stamp::default() };
        let text = |text: &str| Ok(Cell::Text(text.to_owned().into()));
        assert_eq!(
            cell("datetime(6)", java, Raw::Stamp(stamp)),
            text("2013-11-03 00:00:00.000007")
        );
        assert_eq!(cell("date", java, Raw::Stamp(stamp)), text("2013-11-03"));
        assert_eq!(
            cell("datetime", java, Raw::Bytes(b"2013-11-03T04:05:06")),
            text("2013-11-03 04:05:06.000000")
        );
        assert_eq!(cell("datetime", java, Raw::Stamp(Stamp::default())), Ok(Cell::Null));
        assert_eq!(cell("datetime", None, Raw::Stamp(stamp)), Ok(Cell::Long(1_383_436_800_000)));
        assert_eq!(cell("datetime", java, Raw::Int(1)), Err("is no date and time".to_owned()));
    }

    #[test]
    fn decimals_are_text_with_their_digits() {
        let text = |text: &str| Ok(Cell::Text(text.to_owned().into()));
        assert_eq!(cell("decimal(5,2)", None, Raw::Bytes(b"-0.50")), text("-0.50"));
        assert_eq!(cell("decimal(5,2)", None, Raw::Double(0.5)), text("0.50"));
        assert_eq!(cell("decimal(5,2)", None, Raw::Int(3)), text("3.00"));
        assert_eq!(
            cell("decimal(5,2)", Some(JavaType::Double), Raw::Bytes(b"0.5")),
            Ok(Cell::Double(0.5))
        );
    }

    #[test]
    fn a_value_that_does_not_fit_says_so() {
        assert_eq!(
            cell("int", None, Raw::Int(1 << 31)),
            Err("2147483648 does not fit into 32 bits".to_owned())
        );
        assert_eq!(
            cell("bigint unsigned", None, Raw::Int(1 << 63)),
            Err("9223372036854775808 does not fit into 64 bits".to_owned())
        );
        assert_eq!(cell("int", None, Raw::Bytes(b"secret")), Err("is no whole number".to_owned()));
        assert_eq!(
            cell("text", None, Raw::Bytes(b"a\xff")),
            Err("is not UTF-8 at byte 1".to_owned())
        );
        assert_eq!(cell("blob", None, Raw::Bytes(b"a\xff")), Ok(Cell::Bytes(b"a\xff")));
    }

    #[test]
    fn booleans_come_as_numbers_or_bits() {
        assert_eq!(cell("tinyint(1)", None, Raw::Int(1)), Ok(Cell::Boolean(true)));
        assert_eq!(cell("bit(1)", None, Raw::Bytes(&[0])), Ok(Cell::Boolean(false)));
        assert_eq!(cell("bool", None, Raw::Bytes(b"yes")), Err("is no boolean".to_owned()));
    }
}
