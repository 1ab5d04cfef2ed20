//! A Sqoop option file: one option or value a line, as `sqoop --options-file` reads it.
//!
//! Blank lines and lines that begin with `#` count for nothing, blanks around a line fall away, a line
//! that ends in a backslash goes on in the next one, and a value in single or double quotes keeps its
//! blanks. An option whose effect is not known here is an error, never passed over: what it did could not be
//! read back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::ImportError;

/// What an option file asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The file that said so.
    pub path: PathBuf,
    /// `--table`.
    pub table: String,
    /// `--columns` in order; empty = every column of the table.
    pub columns: Vec<String>,
    /// `--where`: a condition in the database's SQL.
    pub filter: Option<String>,
    /// `--split-by`; none = the primary key.
    pub split_by: Option<String>,
    /// `--num-mappers`: into how many part files a table is split; 4, as in Sqoop, if not given.
    pub parts: usize,
    /// `--map-column-java`: the type that a column gets in place of its own.
    pub java_types: BTreeMap<String, JavaType>,
    /// What the files are.
    pub format: Format,
    /// All its words as Sqoop takes them, without the tool's name.
    pub words: Vec<String>,
}

/// A type that `--map-column-java` may give to a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JavaType {
    /// Text.
    String,
    /// 32 bits.
    Integer,
    /// 64 bits.
    Long,
    /// 64 bits, floating.
    Double,
}

/// What the files of an import are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `--as-avrodatafile`, with `--compress` and `--compression-codec`.
    Avro(Compression),
    /// `--direct --mysql-delimiters`: rows as mysqldump writes them.
    Dump,
    /// The original's text (spec 40 C.3), for clusters whose Sqoop has no Avro: fields end in 0x01,
    /// NULL is `\N`, line ends inside a field are blanks. Sqoop alone writes it.
    Text,
}

impl Format {
    /// Its name in `_metadata`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avro(_) => "avro",
            Self::Dump => "mysqldump",
            Self::Text => "text",
        }
    }
}

/// How the blocks of an Avro file are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all: `--compress` is absent.
    None,
    /// Sqoop's choice when no codec is named.
    Deflate,
    /// `--compression-codec snappy`.
    Snappy,
}

impl Options {
    /// Reads an option file.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let text = fs::read_to_string(path).map_err(|error| ImportError::read(path, error))?;
        Self::parse(path, &text)
    }

    /// Reads the text of an option file; `path` is for messages.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ImportError> {
        let refuse = |(line, what)| ImportError::Options { path: path.to_owned(), line, what };
        let words = words(text).map_err(refuse)?;
        let last = words.last().map_or(1, |word| word.line);
        let mut draft = Draft::default();
        let mut words = words.into_iter().peekable();
        words.next_if(|word| word.text == "import");
        draft.words = words.clone().map(|word| word.text).collect();
        // What stands behind two dashes is for mysqldump.
        while let Some(option) = words.next_if(|word| word.text != "--") {
            draft.take(&option, &mut words).map_err(|what| refuse((option.line, what)))?;
        }
        draft.finish(path).map_err(|what| refuse((last, what)))
    }
}

/// A line that says something, without its quotes.
#[derive(Clone)]
struct Word {
    line: usize,
    text: String,
}

type Misread = (usize, String);

fn words(text: &str) -> Result<Vec<Word>, Misread> {
    let mut words = Vec::new();
    let mut pending = String::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        pending.push_str(line);
        if pending.ends_with('\\') {
            pending.pop();
            continue;
        }
        let text = unquoted(&pending)
            .ok_or_else(|| (number, format!("the quotes of {pending} do not match")))?;
        words.push(Word { line: number, text: text.to_owned() });
        pending.clear();
    }
    if pending.is_empty() {
        Ok(words)
    } else {
        Err((text.lines().count(), "the file ends in a backslash".to_owned()))
    }
}

fn unquoted(text: &str) -> Option<&str> {
    let Some(quote @ ('\'' | '"')) = text.chars().next() else { return Some(text) };
    text[1..].strip_suffix(quote)
}

/// The options met so far.
#[derive(Default)]
struct Draft {
    words: Vec<String>,
    seen: Vec<String>,
    table: Option<String>,
    columns: Vec<String>,
    filter: Option<String>,
    split_by: Option<String>,
    parts: Option<usize>,
    java_types: BTreeMap<String, JavaType>,
    avro: bool,
    direct: bool,
    mysql_delimiters: bool,
    text: TextOptions,
    compress: bool,
    codec: Option<Compression>,
}

/// What the one text form that can be read back is told by.
#[derive(Default)]
struct TextOptions {
    nulls: Vec<String>,
    fields: Option<String>,
    replacement: Option<String>,
}

impl TextOptions {
    fn is_said(&self) -> bool {
        !self.nulls.is_empty() || self.fields.is_some() || self.replacement.is_some()
    }

    /// Sqoop writes these texts into a program: a backslash is two, and 0x01 an octal number.
    fn can_be_read_back(&self) -> bool {
        self.nulls == ["\\\\N", "\\\\N"]
            && matches!(self.fields.as_deref(), Some("\\001" | "\\0x01"))
            && self.replacement.as_deref() == Some(" ")
    }
}

impl Draft {
    fn take(&mut self, option: &Word, rest: &mut impl Iterator<Item = Word>) -> Result<(), String> {
        let name = option.text.as_str();
        if self.seen.iter().any(|seen| seen == name) {
            return Err(format!("{name} is given twice"));
        }
        self.seen.push(name.to_owned());
        let mut value = || {
            rest.next()
                .map(|word| word.text)
                .ok_or_else(|| format!("{name} needs a value in the next line"))
        };
        match name {
            "--table" => self.table = Some(identifier(&value()?)?),
            "--columns" => self.columns = identifiers(&value()?)?,
            "--where" => self.filter = Some(value()?),
            "--split-by" => self.split_by = Some(identifier(&value()?)?),
            "--num-mappers" | "-m" => self.parts = Some(parts(&value()?)?),
            "--map-column-java" => self.java_types = java_types(&value()?)?,
            "--as-avrodatafile" => self.avro = true,
            "--direct" => self.direct = true,
            "--mysql-delimiters" => self.mysql_delimiters = true,
            "--null-string" | "--null-non-string" => self.text.nulls.push(value()?),
            "--fields-terminated-by" => self.text.fields = Some(value()?),
            "--hive-delims-replacement" => self.text.replacement = Some(value()?),
            "--compress" | "-z" => self.compress = true,
            "--compression-codec" => self.codec = Some(codec(&value()?)?),
            // Its effect, one part for a table without a key, is what the native importer does anyway.
            "--autoreset-to-one-mapper" => {}
            _ => return Err(format!("{name} cannot be honoured")),
        }
        Ok(())
    }

    fn finish(self, path: &Path) -> Result<Options, String> {
        let format = self.format()?;
        if !self.columns.is_empty()
            && let Some(unknown) = self.java_types.keys().find(|name| !self.columns.contains(name))
        {
            return Err(format!("--map-column-java names {unknown}, which --columns does not"));
        }
        Ok(Options {
            path: path.to_owned(),
            table: self.table.ok_or("--table is missing")?,
            columns: self.columns,
            filter: self.filter,
            split_by: self.split_by,
            parts: self.parts.unwrap_or(4),
            java_types: self.java_types,
            format,
            words: self.words,
        })
    }

    fn format(&self) -> Result<Format, String> {
        let packed = self.compress || self.codec.is_some();
        match (self.avro, self.direct, self.mysql_delimiters, self.text.is_said()) {
            (true, false, false, false) => Ok(Format::Avro(match (self.compress, self.codec) {
                (_, Some(codec)) => codec,
                (true, None) => Compression::Deflate,
                (false, None) => Compression::None,
            })),
            (false, true, true, false) if !packed && self.columns.is_empty() => Ok(Format::Dump),
            (false, false, false, true) if !packed && self.text.can_be_read_back() => {
                Ok(Format::Text)
            }
            _ => Err(FORMATS.to_owned()),
        }
    }
}

const FORMATS: &str = "an import is Avro (--as-avrodatafile), a dump (--direct --mysql-delimiters, without --columns \
     and --compress), or text that can be read back (--null-string and --null-non-string \\\\N, \
     --fields-terminated-by \\001, --hive-delims-replacement ' ', without --compress)";

/// A name that needs no quotes in any database nor in Avro, so that it may stand in SQL.
fn identifier(text: &str) -> Result<String, String> {
    let valid = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if valid {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is no name of a table or column"))
    }
}

fn identifiers(text: &str) -> Result<Vec<String>, String> {
    let names =
        text.split(',').map(|name| identifier(name.trim())).collect::<Result<Vec<_>, _>>()?;
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, twice)) => Err(format!("column {twice} is named twice")),
        None => Ok(names),
    }
}

fn parts(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|parts| (1..=1000).contains(parts))
        .ok_or_else(|| format!("{text:?} is no number from 1 to 1000"))
}

fn java_types(text: &str) -> Result<BTreeMap<String, JavaType>, String> {
    text.split(',').map(|pair| java_type(pair.trim())).collect()
}

fn java_type(pair: &str) -> Result<(String, JavaType), String> {
    let (column, name) =
        pair.split_once('=').ok_or_else(|| format!("{pair:?} is not COLUMN=TYPE"))?;
    let java = match name {
        "String" => JavaType::String,
        "Integer" => JavaType::Integer,
        "Long" => JavaType::Long,
        "Double" => JavaType::Double,
        _ => {
            return Err(format!("type {name} of column {column} cannot be honoured"));
        }
    };
    Ok((identifier(column)?, java))
}

fn codec(name: &str) -> Result<Compression, String> {
    match name {
        "snappy" | "org.apache.hadoop.io.compress.SnappyCodec" => Ok(Compression::Snappy),
        "deflate" | "org.apache.hadoop.io.compress.DeflateCodec" => Ok(Compression::Deflate),
        _ => Err(format!("codec {name} cannot be honoured")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(text: &str) -> Result<Options, String> {
        Options::parse(Path::new("t.options"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn an_option_file_as_sqoop_takes_it() {
        let text = "# who\n\nimport\n  --table\nt\n--columns\nid, made ,\\\nseen\n--map-column-java\nmade=String,seen=Long\n\
                    --where\n\" id > 0 \"\n-m\n2\n--split-by\nkey\n--as-avrodatafile\n--compress\n--compression-codec\nsnappy\n";
        let options = parse(text).unwrap();
        assert_eq!((options.table.as_str(), options.parts), ("t", 2));
        assert_eq!(options.columns, ["id", "made", "seen"]);
        assert_eq!(options.filter.as_deref(), Some(" id > 0 "));
        assert_eq!(options.split_by.as_deref(), Some("key"));
        assert_eq!(options.java_types["made"], JavaType::String);
        assert_eq!(options.format, Format::Avro(Compression::Snappy));
    }

    #[test]
    fn what_is_not_said_is_as_in_sqoop() {
        let options = parse("--table\nt\n--as-avrodatafile\n--compress").unwrap();
        assert_eq!((options.parts, options.format), (4, Format::Avro(Compression::Deflate)));
        assert!(options.columns.is_empty());
    }

    #[test]
    fn each_defect_names_its_line() {
        for (text, message) in [
            ("--table\nt\n--boundary-query\nx", "t.options:3: --boundary-query cannot be honoured"),
            ("--connect\nx", "t.options:1: --connect cannot be honoured"),
            ("--table", "t.options:1: --table needs a value in the next line"),
            ("--table\na;b", "t.options:1: \"a;b\" is no name of a table or column"),
            ("--table\nt\n--table\nt", "t.options:3: --table is given twice"),
            ("--columns\na,b,a", "t.options:1: column a is named twice"),
            ("-m\n0", "t.options:1: \"0\" is no number from 1 to 1000"),
            ("--map-column-java\na=Date", "t.options:1: type Date of column a cannot be honoured"),
            ("--compression-codec\nlzo", "t.options:1: codec lzo cannot be honoured"),
            ("--where\n'a", "t.options:2: the quotes of 'a do not match"),
            ("--table\nt\\", "t.options:2: the file ends in a backslash"),
            ("--table\nt", &format!("t.options:2: {FORMATS}")),
            ("--as-avrodatafile", "t.options:1: --table is missing"),
            (
                "--table\nt\n--columns\na\n--map-column-java\nb=String\n--as-avrodatafile",
                "t.options:7: --map-column-java names b, which --columns does not",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err(), message);
        }
    }
}
