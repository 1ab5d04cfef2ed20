//! Where the LMS is: `sqlite:PATH` or `mysql://user@host:port/database`, and where its password is.
//!
//! A MySQL address may end in options: `password_file=PATH`, `ssl_ca=PATH` (certificates to trust in
//! place of the built-in ones), `ssl_cert=PATH` with `ssl_key=PATH` (a certificate of our own), and
//! those of the driver: `require_ssl`, `verify_ca`, `verify_identity`, `built_in_roots`, each `true` or
//! `false`. A certificate implies `require_ssl`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use mysql_async::{ClientIdentity, Opts, OptsBuilder, SslOpts};

use super::ImportError;

/// Holds the password of an LMS database whose address names no `password_file`.
pub const PASSWORD_VARIABLE: &str = "INSIGHTS_LMS_PASSWORD";

/// A server that is gone without a word is given up after so long.
const SILENCE: Duration = Duration::from_secs(120);

/// An LMS database. Prints without a password, since it never holds one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source(pub(super) Place);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Sqlite(PathBuf),
    Mysql(Server),
}

/// A MySQL or MariaDB server, and how to reach it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Server {
    url: String,
    password_file: Option<PathBuf>,
    ca: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl Source {
    /// `mysql` or `sqlite`, as `_metadata` names it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.0 {
            Place::Sqlite(_) => "sqlite",
            Place::Mysql(_) => "mysql",
        }
    }
}

impl FromStr for Source {
    type Err = ImportError;

    fn from_str(text: &str) -> Result<Self, ImportError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self(Place::Sqlite(path.into()))),
            Some(("mysql", _)) => Server::parse(text).map(|server| Self(Place::Mysql(server))),
            _ => {
                Err(unusable(text, "it is neither sqlite:PATH nor mysql://user@host:port/database"))
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(out, "sqlite:{}", path.display()),
            Place::Mysql(server) => write!(out, "{server}"),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.url.split('?').next().unwrap_or_default())
    }
}

impl Server {
    fn parse(text: &str) -> Result<Self, ImportError> {
        let (base, options) = text.split_once('?').unwrap_or((text, ""));
        let mut server = Self::default();
        let mut of_driver = Vec::new();
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("password_file", path)) => server.password_file = Some(path.into()),
                Some(("ssl_ca", path)) => server.ca = Some(path.into()),
                Some(("ssl_cert", path)) => server.certificate = Some(path.into()),
                Some(("ssl_key", path)) => server.key = Some(path.into()),
                _ => of_driver.push(option),
            }
        }
        server.url = if of_driver.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{}", of_driver.join("&"))
        };
        server.check(&hidden(base))?;
        Ok(server)
    }

    fn check(&self, shown: &str) -> Result<(), ImportError> {
        let options =
            Opts::from_url(&self.url).map_err(|error| unusable(shown, &error.to_string()))?;
        if options.pass().is_some() {
            let reason = format!(
                "a password does not belong into it, but into {PASSWORD_VARIABLE} or ?password_file=PATH"
            );
            return Err(unusable(shown, &reason));
        }
        if options.db_name().is_none_or(str::is_empty) {
            return Err(unusable(shown, "it names no database"));
        }
        if self.certificate.is_some() != self.key.is_some() {
            return Err(unusable(shown, "ssl_cert and ssl_key need each other"));
        }
        Ok(())
    }

    /// Whether it names certificates of its own.
    pub fn has_certificates(&self) -> bool {
        self.ca.is_some() || self.certificate.is_some()
    }

    /// The driver's options, password included.
    pub fn options(&self) -> Result<Opts, ImportError> {
        let options = Opts::from_url(&self.url)
            .map_err(|error| unusable(&self.to_string(), &error.to_string()))?;
        let tls = self.tls(options.ssl_opts());
        Ok(OptsBuilder::from_opts(options)
            .pass(self.password()?)
            .ssl_opts(tls)
            .tcp_keepalive(Some(SILENCE))
            // Through the server's socket TLS would be passed by, and a forwarded port missed.
            .prefer_socket(false)
            .into())
    }

    fn tls(&self, of_url: Option<&SslOpts>) -> Option<SslOpts> {
        let tls = store::trusting(of_url, self.ca.as_deref());
        let (Some(certificate), Some(key)) = (&self.certificate, &self.key) else { return tls };
        let identity = ClientIdentity::new(certificate.clone().into(), key.clone().into());
        Some(tls.unwrap_or_default().with_client_identity(Some(identity)))
    }

    fn password(&self) -> Result<Option<String>, ImportError> {
        match &self.password_file {
            Some(file) => read_password(file).map(Some),
            None => Ok(std::env::var(PASSWORD_VARIABLE).ok()),
        }
    }
}

fn read_password(file: &Path) -> Result<String, ImportError> {
    let text = std::fs::read_to_string(file).map_err(|error| ImportError::read(file, error))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn unusable(address: &str, reason: &str) -> ImportError {
    ImportError::Source(format!("the LMS address {address} is not usable: {reason}"))
}

/// The address without what stands before the host, where somebody may have put a password.
fn hidden(address: &str) -> String {
    address
        .rsplit_once('@')
        .map_or_else(|| address.to_owned(), |(_, place)| format!("mysql://…@{place}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(text: &str) -> Result<Source, String> {
        text.parse().map_err(|error: ImportError| error.to_string())
    }

    fn options(text: &str) -> Opts {
        let Place::Mysql(server) = parse(text).unwrap().0 else { unreachable!() };
        server.options().unwrap()
    }

    #[test]
    fn both_kinds_are_read_and_printed_again() {
        for text in ["sqlite:/srv/a b.db", "mysql://reader@lms.example:3307/edxapp"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            parse("mysql://r@h/d?ssl_ca=/x&verify_identity=false").unwrap().to_string(),
            "mysql://r@h/d"
        );
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_shown() {
        for text in
            ["mysql://reader:hunter2@lms/edxapp", "mysql://reader:hunter2@lms/edxapp?nonsense=1"]
        {
            assert!(!parse(text).unwrap_err().contains("hunter2"));
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(parse("postgres://h/d").unwrap_err().contains("neither sqlite:PATH nor mysql://"));
        assert!(parse("sqlite:").unwrap_err().contains("neither"));
        assert!(parse("mysql://r@h").unwrap_err().contains("names no database"));
        assert!(parse("mysql://r@h/d?ssl_key=/x").unwrap_err().contains("need each other"));
        assert!(parse("mysql://r@h/d?speed=9").unwrap_err().contains("speed"));
    }

    #[test]
    fn the_password_comes_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "hunter2\r\n").unwrap();
        let text = format!("mysql://r@h:3310/d?password_file={}", file.display());
        assert_eq!((options(&text).pass(), options(&text).tcp_port()), (Some("hunter2"), 3310));
        std::fs::remove_file(&file).unwrap();
        let Place::Mysql(server) = parse(&text).unwrap().0 else { unreachable!() };
        assert!(server.options().unwrap_err().to_string().starts_with("cannot read /"));
    }

    #[test]
    fn certificates_turn_tls_on() {
        assert_eq!(options("mysql://r@h/d").ssl_opts(), None);
        let tls = options("mysql://r@h/d?ssl_ca=/ca.pem&ssl_cert=/c.pem&ssl_key=/k.pem")
            .ssl_opts()
            .cloned()
            .unwrap();
        assert_eq!((tls.root_certs().len(), tls.disable_built_in_roots()), (1, true));
        assert!(tls.client_identity().is_some() && !tls.skip_domain_validation());
        let tls = options("mysql://r@h/d?require_ssl=true&verify_identity=false")
            .ssl_opts()
            .cloned()
            .unwrap();
        assert!(tls.skip_domain_validation() && !tls.accept_invalid_certs());
    }
}
