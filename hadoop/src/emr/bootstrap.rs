//! What nodes get before they work: the program of the tasks, checked by its checksum, and an end.

use super::EmrError;
use crate::runner::hadoop::check_program;
use crate::storage::{Place, StorageError, Stored};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Puts a program of S3 in place, unless it stands there whole; for scripts of nodes.
pub const PUT_PROGRAM: &str = r#"
put_program() { # ADDRESS CHECKSUM PATH
  is_whole() { echo "$1  $2" | sha256sum --check --status 2> /dev/null; }
  if is_whole "$2" "$3"; then return 0; fi
  mkdir -p "$(dirname "$3")" && aws s3 cp --only-show-errors "$1" "$3.$$" || return 1
  if ! is_whole "$2" "$3.$$"; then
    echo "insights: what stands at $1 has not the checksum $2" >&2
    rm -f "$3.$$"
    return 1
  fi
  chmod 755 "$3.$$" && mv "$3.$$" "$3"
}
"#;

/// The bootstrap action. A cluster ends with its master, which ends itself when the time is over.
const BOOTSTRAP: &str = r#"
address=$1 checksum=$2 path=$3 hours=$4
put_program "$address" "$checksum" "$path" || exit 1
if grep -q '"isMaster" *: *true' "${INSTANCE_FILE:-/mnt/var/lib/info/instance.json}"; then
  sudo shutdown -h "+$((hours * 60))"
fi
"#;

/// Where programs stand on nodes.
const ON_NODES: &str = "/var/tmp/insights";
const NAME: &str = "jobs";

/// The program of the tasks.
pub struct Program {
    path: PathBuf,
    checksum: String,
}

impl Program {
    /// Looks at the static program on this machine.
    ///
    /// # Errors
    /// When it cannot be read, or nodes could not start it.
    pub fn at(path: &Path) -> Result<Self, EmrError> {
        check_program(path).map_err(|error| EmrError::Setting(error.to_string()))?;
        let bytes = std::fs::read(path).map_err(StorageError::disk("read", path))?;
        Ok(Self { path: path.to_owned(), checksum: hex(&Sha256::digest(&bytes)) })
    }

    /// Its SHA-256, as `sha256sum` prints it.
    #[must_use]
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// Where it stands on nodes.
    #[must_use]
    pub fn on_node(&self) -> String {
        format!("{ON_NODES}/{}/{NAME}", self.checksum)
    }

    /// Brings it below a folder on S3, unless it is there; gives its place.
    ///
    /// # Errors
    /// When storage refuses.
    pub fn put(&self, home: &Place) -> Stored<Place> {
        let place = home.join("programs").join(&self.checksum).join(NAME);
        let size = std::fs::metadata(&self.path).map_err(StorageError::disk("look at", &self.path));
        if place.about()?.map(|about| about.size) != Some(size?.len()) {
            place.copy_of(&Place::from(self.path.as_path()))?;
        }
        Ok(place)
    }

    /// Brings the bootstrap script below a folder on S3; gives its address and what it is told.
    ///
    /// # Errors
    /// When storage refuses.
    pub fn bootstrap(&self, home: &Place, hours: u32) -> Stored<(String, Vec<String>)> {
        let text = format!("#!/bin/bash\n{PUT_PROGRAM}{BOOTSTRAP}");
        let name = format!("bootstrap-{}.sh", &hex(&Sha256::digest(text.as_bytes()))[..16]);
        let script = home.join(name);
        script.write(text.as_bytes())?;
        let program = self.put(home)?.address();
        let args = vec![program, self.checksum.clone(), self.on_node(), hours.to_string()];
        Ok((script.address(), args))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    /// Runs the bootstrap script with commands of the node that only keep what they are told.
    fn boot(
        master: bool,
        content: &str,
        checksum: &str,
    ) -> (bool, String, PathBuf, tempfile::TempDir) {
        let node = tempfile::tempdir().unwrap();
        let at = |name: &str| node.path().join(name);
        let command = |name: &str, text: &str| {
            std::fs::write(at(name), format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(at(name), std::fs::Permissions::from_mode(0o755)).unwrap();
        };
        command("aws", r#"cp "$(dirname "$0")/object" "$5""#);
        command("sudo", r#"echo "$@" >> "$(dirname "$0")/said""#);
        std::fs::write(at("object"), content).unwrap();
        std::fs::write(at("instance.json"), format!("{{\"isMaster\": {master}}}")).unwrap();
        std::fs::write(at("script"), format!("{PUT_PROGRAM}{BOOTSTRAP}")).unwrap();
        let path = at("programs/x/jobs");
        let run = Command::new("bash")
            .arg(at("script"))
            .args(["s3://b/jobs", checksum, path.to_str().unwrap(), "24"])
            .env("INSTANCE_FILE", at("instance.json"))
            .env("PATH", format!("{}:{}", node.path().display(), std::env::var("PATH").unwrap()))
            .output()
            .unwrap();
        let said = std::fs::read_to_string(at("said")).unwrap_or_default();
        let said = said + &String::from_utf8_lossy(&run.stderr);
        (run.status.success(), said, path, node)
    }

    #[test]
    fn a_node_starts_only_with_the_program_that_has_the_checksum() {
        let right = hex(&Sha256::digest(b"program"));
        let (done, said, path, _node) = boot(true, "program", &right);
        assert!(done, "{said}");
        assert_eq!(std::fs::read(&path).unwrap(), b"program");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
        let (done, said, path, _node) = boot(true, "another", &right);
        assert!(!done && !path.exists(), "{said}");
        assert!(said.contains("has not the checksum"), "{said}");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
    }

    #[test]
    fn only_the_master_ends_the_cluster_when_its_time_is_over() {
        let right = hex(&Sha256::digest(b"program"));
        assert_eq!(boot(true, "program", &right).1, "shutdown -h +1440\n");
        assert_eq!(boot(false, "program", &right).1, "");
    }
}
