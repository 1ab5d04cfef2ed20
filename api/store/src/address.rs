//! The store's address, `sqlite:PATH` or `mysql://user@host:port/database`, and where its password is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use mysql_async::{Opts, OptsBuilder, SslOpts};

use crate::Error;

/// Holds the password of a MySQL store whose address names no `password_file`.
pub const PASSWORD_VARIABLE: &str = "INSIGHTS_STORE_PASSWORD";

/// Where the password of a server is. Prints without it.
#[derive(Clone, PartialEq, Eq)]
pub enum Password {
    /// In [`PASSWORD_VARIABLE`], if there is one.
    Environment,
    /// In this file, which holds nothing else.
    File(PathBuf),
    /// Here: settings of another program named it.
    Given(String),
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => out.write_str(PASSWORD_VARIABLE),
            Self::File(file) => write!(out, "{}", file.display()),
            Self::Given(_) => out.write_str("…"),
        }
    }
}

/// Where a store is. Prints without a password.
///
/// A MySQL address may end in options: `password_file=PATH`, `ssl_ca=PATH` (certificates to trust in place of those that
/// the driver knows; they imply `require_ssl`), and those of the driver (`require_ssl=true`, `verify_ca=false`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Mysql {
        /// The address with the driver's own options.
        url: String,
        /// Where its password is.
        password: Password,
        /// Certificates that prove the server, in a file.
        certificates: Option<PathBuf>,
    },
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("mysql", _)) => mysql(text),
            _ => {
                Err(unusable(text, "it is neither sqlite:PATH nor mysql://user@host:port/database"))
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(out, "sqlite:{}", path.display()),
            Self::Mysql { url, .. } => out.write_str(url),
        }
    }
}

fn mysql(text: &str) -> Result<Address, Error> {
    let (base, options) = text.split_once('?').unwrap_or((text, ""));
    let (mut password, mut certificates, mut others) = (Password::Environment, None, Vec::new());
    for option in options.split('&').filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("password_file", path)) => password = Password::File(path.into()),
            Some(("ssl_ca", path)) => certificates = Some(path.into()),
            _ => others.push(option),
        }
    }
    let url =
        if others.is_empty() { base.to_owned() } else { format!("{base}?{}", others.join("&")) };
    let options =
        Opts::from_url(&url).map_err(|error| unusable(&hidden(base), &error.to_string()))?;
    if options.pass().is_some() {
        let reason = format!(
            "a password does not belong into it, but into {PASSWORD_VARIABLE} or ?password_file=PATH"
        );
        return Err(unusable(&hidden(base), &reason));
    }
    if options.db_name().is_none() {
        return Err(unusable(base, "it names no database"));
    }
    Ok(Address::Mysql { url, password, certificates })
}

/// The driver's options for an address, password included.
pub(crate) fn mysql_options(
    url: &str,
    password: &Password,
    certificates: Option<&Path>,
) -> Result<OptsBuilder, Error> {
    let options = Opts::from_url(url).map_err(|error| unusable(url, &error.to_string()))?;
    let password = match password {
        Password::Environment => std::env::var(PASSWORD_VARIABLE).ok(),
        Password::File(file) => Some(read_password(file)?),
        Password::Given(password) => Some(password.clone()),
    };
    let tls = trusting(options.ssl_opts(), certificates);
    Ok(OptsBuilder::from_opts(options).pass(password).ssl_opts(tls))
}

/// What a database's address says of TLS, with the certificates of a file in place of those that the driver knows; they
/// imply TLS.
#[must_use]
pub fn trusting(of_url: Option<&SslOpts>, certificates: Option<&Path>) -> Option<SslOpts> {
    let Some(file) = certificates else { return of_url.cloned() };
    let tls = of_url.cloned().unwrap_or_default().with_root_certs(vec![file.to_owned().into()]);
    Some(tls.with_disable_built_in_roots(true))
}

fn read_password(file: &PathBuf) -> Result<String, Error> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| Error::Password { file: file.clone(), source })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn unusable(address: &str, reason: &str) -> Error {
    Error::Address { address: address.to_owned(), reason: reason.to_owned() }
}

/// The address without what stands before the host, where somebody may have put a password.
fn hidden(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((_, place)) => format!("mysql://…@{place}"),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refused(text: &str) -> String {
        text.parse::<Address>().unwrap_err().to_string()
    }

    #[test]
    fn reads_both_kinds_and_prints_them_again() {
        for text in [
            "sqlite:/var/lib/a b.db",
            "sqlite:reports.db",
            "mysql://loader@db.example:3307/reports",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn takes_files_out_of_the_options() {
        let text = "mysql://u@h/reports?ssl_ca=/ca.pem&require_ssl=true&password_file=/run/secret";
        let address: Address = text.parse().unwrap();
        let expected = Address::Mysql {
            url: "mysql://u@h/reports?require_ssl=true".to_owned(),
            password: Password::File("/run/secret".into()),
            certificates: Some("/ca.pem".into()),
        };
        assert_eq!(address, expected);
    }

    #[test]
    fn refuses_a_password_without_repeating_it() {
        let message = refused("mysql://loader:hunter2@db/reports");
        assert!(
            message.contains("INSIGHTS_STORE_PASSWORD") && !message.contains("hunter2"),
            "{message}"
        );
        assert!(!refused("mysql://loader:hunter2@db/reports?nonsense=1").contains("hunter2"));
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(refused("postgres://h/d").contains("neither sqlite:PATH nor mysql://"));
        assert!(refused("sqlite:").contains("neither"));
        assert!(refused("mysql://u@h").contains("names no database"));
    }

    #[test]
    fn reads_the_password_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "hunter2\n").unwrap();
        let pass = |password| {
            let options: Opts = mysql_options("mysql://u@h/d", &password, None)?.into();
            Ok::<_, Error>(options.pass().map(str::to_owned))
        };
        assert_eq!(pass(Password::File(file)).unwrap().as_deref(), Some("hunter2"));
        let missing = Password::File(folder.path().join("none"));
        assert!(matches!(pass(missing), Err(Error::Password { .. })));
        let given = Password::Given("hunter3".to_owned());
        assert!(!format!("{given:?}").contains("hunter3"));
        assert_eq!(pass(given).unwrap().as_deref(), Some("hunter3"));
    }
}
