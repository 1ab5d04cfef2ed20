//! What tests of the three deployments share: the programs that `cargo build --bins` has made, and a folder that
//! stands for `/etc/insights`, with invented secrets in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Where deployments have their settings and secrets.
pub const SETTINGS: &str = "/etc/insights";

/// Secrets by the names that settings have for them, with what stands in them here.
const SECRETS: &[(&str, &str)] = &[
    ("api_keys", ""),
    ("api_password", "of-the-test"),
    ("api_token", "of-the-test"),
    ("lms_keys.json", r#"{"keys": []}"#),
    ("lms_password", "of-the-test"),
    ("pipeline_password", "of-the-test"),
    ("service_secret", "of-the-test"),
    ("session_keys", "0123456789abcdef0123456789abcdef0123456789abcdef"),
    ("sign_in_secret", "of-the-test"),
];

/// A program of ours, beside the folder of this test.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    let folder = own.ancestors().nth(2).unwrap_or(Path::new(""));
    let program = folder.join(name);
    assert!(program.is_file(), "build the program `{name}` first: cargo build --bins");
    program
}

/// A file of this folder of the repository.
#[must_use]
pub fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The code of a numbered step of a guide.
///
/// # Panics
/// When the guide has no such step, or that has no code.
#[must_use]
pub fn step(guide: &str, number: usize) -> String {
    let text = fs::read_to_string(shipped(guide)).unwrap_or_default();
    let from = text.split_once(&format!("\n{number}. ")).map_or("", |(_, from)| from);
    let ends = [format!("\n{}. ", number + 1), "\n## ".to_owned()];
    let end = ends.iter().filter_map(|end| from.find(end.as_str())).min().unwrap_or(from.len());
    let mut code = String::new();
    let mut lines = from[..end].lines();
    while let Some(fence) = lines.find(|line| line.trim_start() == "```") {
        let indent = fence.len() - "```".len();
        let block = lines.by_ref().take_while(|line| *line != fence);
        code.extend(block.map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())));
    }
    assert!(!code.is_empty(), "{guide}: no code in step {number}");
    code
}

/// Makes a certificate of the site's and the Data API's names, signed by itself: `certificate.pem`, its key `key.pem`,
/// and both as HAProxy takes them, `insights.pem`.
///
/// # Errors
/// When openssl or the disk refuses.
pub fn certify(folder: &Path) -> io::Result<()> {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    openssl.args(["-nodes", "-days", "2", "-subj", "/CN=test", "-addext"]);
    openssl.arg("subjectAltName=DNS:insights.example.org,DNS:api.insights.example.org");
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    openssl.args(["-keyout", "key.pem", "-out", "certificate.pem"]).current_dir(folder);
    let made = openssl.output()?;
    if !made.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&made.stderr).into_owned()));
    }
    let both = [fs::read(folder.join("certificate.pem"))?, fs::read(folder.join("key.pem"))?];
    fs::write(folder.join("insights.pem"), both.concat())
}

/// A folder that stands for [`SETTINGS`].
pub struct Settings(TempDir);

impl Settings {
    /// One with all secrets.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn new() -> io::Result<Self> {
        let folder = Self(TempDir::new()?);
        for (name, text) in SECRETS {
            fs::write(folder.path(name), text)?;
        }
        Ok(folder)
    }

    /// A file in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Brings a shipped file into it, which then names this folder instead of the real one.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn install(&self, shipped_file: &str) -> io::Result<PathBuf> {
        let from = shipped(shipped_file);
        let text =
            fs::read_to_string(&from)?.replace(SETTINGS, &self.0.path().display().to_string());
        let to = self.path(&from.file_name().unwrap_or_default().to_string_lossy());
        fs::write(&to, text)?;
        Ok(to)
    }
}
