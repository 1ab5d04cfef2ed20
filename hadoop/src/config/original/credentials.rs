//! The original's file of credentials: a JSON object with host, port, user name and password.

use serde::Deserialize;
use std::path::Path;

/// A MySQL server and who signs in.
#[derive(Deserialize)]
pub(super) struct Database {
    host: String,
    #[serde(default = "usual_port")]
    port: Port,
    username: String,
    #[serde(default)]
    pub(super) password: Option<String>,
}

/// Files hold the port as a number or as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Port {
    Number(u16),
    Text(String),
}

fn usual_port() -> Port {
    Port::Number(3306)
}

impl Database {
    /// Reads a file; why it cannot be read is said in words.
    pub(super) fn read(place: &str) -> Result<Self, String> {
        let path = place.strip_prefix("file://").unwrap_or(place);
        if path.is_empty() {
            return Err("no file of credentials is named".to_owned());
        }
        if path.contains("://") {
            return Err(format!("{path} is not on this machine"));
        }
        let text =
            std::fs::read_to_string(path).map_err(|e| format!("{path} cannot be read ({e})"))?;
        // What the parser says could repeat a password.
        serde_json::from_str(&text).map_err(|_| format!("{path} holds no credentials"))
    }

    /// Stands where nothing is known.
    pub(super) fn unknown() -> Self {
        Self {
            host: "HOST".to_owned(),
            port: usual_port(),
            username: "USER".to_owned(),
            password: None,
        }
    }

    /// The address of a database, as our settings have it.
    pub(super) fn address(&self, database: &str, password_file: &Path) -> String {
        let user: String = form_urlencoded::byte_serialize(self.username.as_bytes()).collect();
        let port = match &self.port {
            Port::Number(port) => port.to_string(),
            Port::Text(port) => port.clone(),
        };
        let (host, file) = (&self.host, password_file.display());
        format!("mysql://{user}@{host}:{port}/{database}?password_file={file}")
    }
}
