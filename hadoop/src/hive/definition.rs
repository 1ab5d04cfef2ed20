//! What a table is to Hive: read from our own DDL, and from what `SHOW CREATE TABLE` prints, so that
//! the two can be compared.

use std::fmt;

/// A table as Hive knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Names and types of its columns, in order.
    columns: Vec<(String, String)>,
    /// The name of the partition's column.
    partition: String,
    format: Format,
    /// Where it is, without the address of the name node.
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Avro,
    /// TAB between fields.
    Text,
    /// What mysqldump writes.
    Dump,
    Other,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avro => "Avro",
            Self::Text => "text with TAB between fields",
            Self::Dump => "text of mysqldump",
            Self::Other => "another format",
        })
    }
}

impl Definition {
    /// Reads a `CREATE EXTERNAL TABLE`; none where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("CREATE EXTERNAL TABLE")?;
        let (_, rest) = rest.split_once('`')?;
        let (name, rest) = rest.split_once('`')?;
        let (columns, rest) = parenthesis(rest)?;
        let (_, rest) = rest.split_once("PARTITIONED BY")?;
        let (partition, rest) = parenthesis(rest)?;
        Some(Self {
            name: name.to_owned(),
            columns: names_and_types(columns),
            partition: names_and_types(partition).into_iter().next()?.0,
            format: format(rest),
            path: path(rest)?,
        })
    }

    /// What differs between what is wanted and what Hive has; none where they agree.
    #[must_use]
    pub fn drift(&self, found: &Self) -> Option<String> {
        let mut said = Vec::new();
        for (name, kind) in &self.columns {
            match found.columns.iter().find(|(n, _)| n == name) {
                None => said.push(format!("column {name} is missing")),
                Some((_, other)) if other != kind => {
                    said.push(format!("column {name} is {other}, not {kind}"));
                }
                Some(_) => {}
            }
        }
        for (name, _) in &found.columns {
            if !self.columns.iter().any(|(n, _)| n == name) {
                said.push(format!("column {name} is not ours"));
            }
        }
        if said.is_empty() && self.columns != found.columns {
            said.push("the columns stand in another order".to_owned());
        }
        if self.partition != found.partition {
            said.push(format!("it is partitioned by {}, not {}", found.partition, self.partition));
        }
        if self.format != found.format {
            said.push(format!("it is {}, not {}", found.format, self.format));
        }
        if self.path != found.path {
            said.push(format!("it is at {}, not {}", found.path, self.path));
        }
        (!said.is_empty()).then(|| said.join(", "))
    }
}

/// What stands in the first parentheses, and what follows them.
fn parenthesis(text: &str) -> Option<(&str, &str)> {
    let start = text.find('(')? + 1;
    let mut depth = 1;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return Some((&text[start..at], &text[at + 1..]));
        }
    }
    None
}

fn names_and_types(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('`').skip(1).collect::<Vec<_>>();
    let pair = |pair: &[&str]| {
        let kind = pair.get(1).copied().unwrap_or_default();
        let kind = kind.split_once("COMMENT").map_or(kind, |(kind, _)| kind);
        let kind = kind.trim().trim_end_matches(',').trim().to_ascii_lowercase();
        (pair[0].to_owned(), kind)
    };
    pairs.chunks(2).map(pair).collect()
}

fn format(text: &str) -> Format {
    let plain = text.contains("FIELDS TERMINATED BY '\\t'") || text.contains("'field.delim'='\\t'");
    if text.contains("STORED AS AVRO") || text.contains("AvroSerDe") {
        Format::Avro
    } else if text.contains("OpenCSVSerde") {
        Format::Dump
    } else if plain {
        Format::Text
    } else {
        Format::Other
    }
}

/// The path of an address: Hive may print another name of the same name node.
fn path(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("LOCATION")?;
    let address = rest.split('\'').nth(1)?;
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => address.strip_prefix("file:").unwrap_or(address),
    };
    Some(path.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const OURS: &str = "-- note\nCREATE EXTERNAL TABLE IF NOT EXISTS `t` (\n  `a` BIGINT,\n  `b` DECIMAL(12,2)\n)\n\
        PARTITIONED BY (`dt` STRING)\nROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t'\nSTORED AS TEXTFILE\n\
        LOCATION 'hdfs://n:8020/w/t';\n";
    const HIVES: &str = "CREATE EXTERNAL TABLE `t`(\n  `a` bigint COMMENT '', \n  `b` decimal(12,2))\n\
        PARTITIONED BY ( \n  `dt` string)\nROW FORMAT SERDE \n  'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' \n\
        WITH SERDEPROPERTIES ( \n  'field.delim'='\\t', \n  'serialization.format'='\\t') \nLOCATION\n  'hdfs://ha/w/t'\n";

    #[test]
    fn hives_own_words_say_the_same() {
        let (ours, hives) = (Definition::parse(OURS).unwrap(), Definition::parse(HIVES).unwrap());
        assert_eq!(ours.drift(&hives), None);
        assert_eq!(ours.columns[1], ("b".to_owned(), "decimal(12,2)".to_owned()));
    }

    #[test]
    fn k14_each_difference_is_told() {
        let ours = Definition::parse(OURS).unwrap();
        let drift = |from: &str, to: &str| {
            let text = HIVES.replace(from, to);
            assert_ne!(text, HIVES);
            ours.drift(&Definition::parse(&text).unwrap()).unwrap()
        };
        assert_eq!(drift("bigint", "int"), "column a is int, not bigint");
        assert_eq!(drift("`b`", "`c`"), "column b is missing, column c is not ours");
        assert_eq!(drift("`dt`", "`day`"), "it is partitioned by day, not dt");
        assert_eq!(drift("/w/t", "/v/t"), "it is at /v/t, not /w/t");
        assert!(drift("'field.delim'='\\t'", "'field.delim'=','").contains("another format"));
        let swapped =
            OURS.replace("`a` BIGINT,\n  `b` DECIMAL(12,2)", "`b` DECIMAL(12,2),\n  `a` BIGINT");
        let swapped = Definition::parse(&swapped).unwrap();
        assert_eq!(swapped.drift(&ours).unwrap(), "the columns stand in another order");
    }

    #[test]
    fn what_is_no_table_of_ours_is_none() {
        assert_eq!(Definition::parse("CREATE VIEW `t` AS SELECT 1"), None);
    }
}
