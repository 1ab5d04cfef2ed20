//! Sqoop's side of an import: the option file with address, target and settings added, as a file that
//! `sqoop --options-file` runs. The password stands in a file of its own, which only its owner reads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mysql_async::Opts;

use super::options::Options;
use super::source::{Place, Server};
use super::{ImportError, Source};
use crate::near;

/// Rows that are worth a mapper of their own.
const ROWS_OF_A_MAPPER: u64 = 50_000;

/// What Sqoop is told beside a table's own options.
pub struct Order<'a> {
    /// The table's options.
    pub options: &'a Options,
    /// The database.
    pub source: &'a Source,
    /// Rows of the table, about; none where its key cannot be split.
    pub rows: Option<u64>,
    /// An address that does not exist yet.
    pub target: &'a str,
    /// Settings of the job.
    pub jobconf: &'a [(String, String)],
    /// More options of the JDBC address.
    pub jdbc: &'a BTreeMap<String, String>,
}

impl Order<'_> {
    /// Writes the file for `sqoop --options-file`, and that of the password, into an empty folder.
    ///
    /// # Errors
    /// When the database is not one that Sqoop can reach, or a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, ImportError> {
        let Place::Mysql(server) = &self.source.0 else {
            let what = format!("{} is no database that Sqoop can read", self.source);
            return Err(ImportError::Source(what));
        };
        let options = server.options()?;
        let password = folder.join("password");
        private(&password, options.pass().unwrap_or_default().as_bytes())?;
        let mut words: Vec<String> = vec!["import".to_owned()];
        for (name, value) in self.jobconf {
            words.extend(["-D".to_owned(), format!("{name}={value}")]);
        }
        let mut say = |name: &str, value: String| words.extend([name.to_owned(), value]);
        say("--connect", self.address(server, &options)?);
        say("--username", options.user().unwrap_or_default().to_owned());
        say("--password-file", format!("file://{}", password.display()));
        say("--target-dir", self.target.to_owned());
        say("--outdir", folder.join("java").display().to_string());
        say("--bindir", folder.join("classes").display().to_string());
        words.extend(self.of_table());
        let lines: Vec<_> = words.iter().map(|word| line(word)).collect();
        let file = folder.join("sqoop.options");
        private(&file, (lines.join("\n") + "\n").as_bytes())?;
        Ok(file)
    }

    /// The table's own words, with no more mappers than its rows are worth.
    fn of_table(&self) -> impl Iterator<Item = String> {
        let worth = self.rows.map_or(1, |rows| 1 + rows / ROWS_OF_A_MAPPER);
        let mappers = self.options.parts.min(usize::try_from(worth).unwrap_or(usize::MAX));
        let mut words = self.options.words.clone();
        let (mut before, behind) = match words.iter().position(|word| word == "--") {
            Some(at) => {
                let behind = words.split_off(at);
                (words, behind)
            }
            None => (words, Vec::new()),
        };
        if let Some(at) = before.iter().position(|word| word == "--num-mappers" || word == "-m") {
            before.drain(at..at + 2);
        }
        before.extend(["--num-mappers".to_owned(), mappers.to_string()]);
        before.into_iter().chain(behind)
    }

    fn address(&self, server: &Server, options: &Opts) -> Result<String, ImportError> {
        if let Some(name) = self.jdbc.keys().find(|name| is_secret(name)) {
            let what = format!("lms.sqoop.jdbc.{name}: a secret does not belong into an address");
            return Err(ImportError::Source(what));
        }
        if server.has_certificates() && !self.jdbc.contains_key("trustCertificateKeyStoreUrl") {
            return Err(ImportError::Source(format!(
                "the address {} names certificates as PEM files, and Java reads key stores: name one \
                 as lms.sqoop.jdbc.trustCertificateKeyStoreUrl",
                self.source
            )));
        }
        let mut pairs = self.jdbc.clone();
        if let Some(tls) = options.ssl_opts() {
            let mode = match (tls.accept_invalid_certs(), tls.skip_domain_validation()) {
                (true, _) => "REQUIRED",
                (false, true) => "VERIFY_CA",
                (false, false) => "VERIFY_IDENTITY",
            };
            pairs.entry("sslMode".to_owned()).or_insert_with(|| mode.to_owned());
        }
        // As the native importer has it: no such date is NULL.
        pairs
            .entry("zeroDateTimeBehavior".to_owned())
            .or_insert_with(|| "CONVERT_TO_NULL".to_owned());
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (host, port) = (options.ip_or_hostname(), options.tcp_port());
        let database = options.db_name().unwrap_or_default();
        Ok(format!("jdbc:mysql://{host}:{port}/{database}?{}", pairs.join("&")))
    }
}

fn is_secret(name: &str) -> bool {
    name.eq_ignore_ascii_case("password") || name.eq_ignore_ascii_case("user")
}

/// A word as a line of an option file: blanks at its ends, and nothing at all, need quotes.
fn line(word: &str) -> String {
    let plain = !word.is_empty() && word.trim() == word && !word.starts_with(['#', '\'', '"']);
    if plain { word.to_owned() } else { format!("'{word}'") }
}

/// Writes a file that nobody else can read, without a line end of its own.
fn private(path: &Path, content: &[u8]) -> Result<(), ImportError> {
    near::write_private(path, content).map_err(|error| ImportError::write(path, error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn written(address: &str, lines: &str, rows: Option<u64>) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        fs::write(&secret, "pa ss\n").unwrap();
        let address = address.replace("SECRET", &secret.display().to_string());
        let source = address.parse().map_err(|error: ImportError| error.to_string())?;
        let options = Options::parse(Path::new("t.options"), lines).unwrap();
        let order = Order {
            options: &options,
            source: &source,
            rows,
            target: "hdfs://n:1/w/t",
            jobconf: &[("mapreduce.job.name".to_owned(), "insights import t".to_owned())],
            jdbc: &BTreeMap::from([("useCompression".to_owned(), "true".to_owned())]),
        };
        let work = folder.path().join("work");
        fs::create_dir(&work).unwrap();
        let file = order.write(&work).map_err(|error| error.to_string())?;
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("pa ss"));
        assert_eq!(fs::read_to_string(work.join("password")).unwrap(), "pa ss");
        let mode = fs::metadata(work.join("password")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        Ok(text.replace(&work.display().to_string(), "WORK").lines().map(str::to_owned).collect())
    }

    const AVRO: &str = "import\n--table\nt\n--num-mappers\n4\n--as-avrodatafile";

    #[test]
    fn what_sqoop_is_told() {
        let lines =
            written("mysql://reader@db:3307/edxapp?password_file=SECRET", AVRO, Some(60_000))
                .unwrap();
        let expected = [
            "import",
            "-D",
            "mapreduce.job.name=insights import t",
            "--connect",
            "jdbc:mysql://db:3307/edxapp?useCompression=true&zeroDateTimeBehavior=CONVERT_TO_NULL",
            "--username",
            "reader",
            "--password-file",
            "file://WORK/password",
            "--target-dir",
            "hdfs://n:1/w/t",
            "--outdir",
            "WORK/java",
            "--bindir",
            "WORK/classes",
            "--table",
            "t",
            "--as-avrodatafile",
            "--num-mappers",
            "2",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn mysqldumps_options_stay_last_and_blanks_keep_their_quotes() {
        let dump = "--table\nt\n--direct\n--mysql-delimiters\n--\n--opt";
        let lines = written("mysql://r@db/x?password_file=SECRET", dump, None).unwrap();
        let end = ["--mysql-delimiters", "--num-mappers", "1", "--", "--opt"];
        assert!(lines.ends_with(&end.map(str::to_owned)), "{lines:?}");
        let text = "--table\nt\n--null-string\n\\\\N\n--null-non-string\n\\\\N\n\
                    --fields-terminated-by\n\\001\n--hive-delims-replacement\n' '";
        let lines = written("mysql://r@db/x?password_file=SECRET", text, None).unwrap();
        assert!(lines.iter().any(|line| line == "' '") && lines.iter().any(|line| line == r"\\N"));
    }

    #[test]
    fn tls_is_asked_for_in_javas_words() {
        let mode = |options: &str| {
            let address = format!("mysql://r@db/x?password_file=SECRET&{options}");
            let lines = written(&address, AVRO, None).unwrap();
            lines[4]
                .split_once("sslMode=")
                .map(|(_, mode)| mode.split('&').next().unwrap().to_owned())
        };
        assert_eq!(mode("require_ssl=true").as_deref(), Some("VERIFY_IDENTITY"));
        assert_eq!(mode("require_ssl=true&verify_identity=false").as_deref(), Some("VERIFY_CA"));
        assert_eq!(mode("require_ssl=true&verify_ca=false").as_deref(), Some("REQUIRED"));
        assert_eq!(mode(""), None);
        let pem = "mysql://r@db/x?password_file=SECRET&ssl_ca=/ca.pem";
        assert!(written(pem, AVRO, None).unwrap_err().contains("trustCertificateKeyStoreUrl"));
    }

    #[test]
    fn a_file_is_no_database_for_sqoop() {
        let error = written("sqlite:/lms.db", AVRO, None).unwrap_err();
        assert_eq!(error, "sqlite:/lms.db is no database that Sqoop can read");
    }
}
