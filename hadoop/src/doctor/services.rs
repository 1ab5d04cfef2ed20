//! Services that are asked by HTTP: the LMS, the catalogue, the search index; and files of secrets.

use super::{Lack, SETTING, Told};
use crate::config::{Config, IndexConfig, Lms};
use crate::error::DriveError;
use crate::http::Secret;
use crate::index;
use crate::pulls::{self, BringError};
use std::path::Path;

/// Whether each file of a secret can be read, and holds something.
pub fn secrets(config: &Config) -> Told {
    let api = &config.lms.api;
    let files = [
        ("lms.api.client_secret_file", &api.client_secret_file),
        ("lms.api.password_file", &api.password_file),
        ("index.password_file", &config.index.password_file),
        ("index.api_key_file", &config.index.api_key_file),
        ("index.ca_file", &config.index.ca_file),
        ("video.api_key_file", &config.video.api_key_file),
        ("schedule.ping_url_file", &config.schedule.ping_url_file),
    ];
    let mut read = 0;
    for (key, file) in files.iter().filter_map(|(key, file)| Some((key, file.as_deref()?))) {
        readable(key, file)?;
        read += 1;
    }
    Ok(format!("the settings can be used; {read} files of secrets can be read"))
}

fn readable(key: &str, file: &Path) -> Result<(), Lack> {
    let todo = format!("put the secret there, for this user alone to read ({key})");
    let refuse =
        |why: String| Lack::missing(SETTING, format!("{key}: {}: {why}", file.display()), todo);
    match Secret::read(Some(file), None) {
        Ok(Some(secret)) if !secret.is_empty() => Ok(()),
        Ok(_) => Err(refuse("it is empty".to_owned())),
        Err(error) => Err(refuse(error.to_string())),
    }
}

/// The LMS: a token, and some of its courses.
pub fn lms(lms: &Lms) -> Told {
    let todo =
        "see lms.api: its address, the client and its secret; the client's user must be staff";
    pulls::try_lms(lms).map_err(|e| of_pull(e, todo))?;
    Ok(format!("{} gives a token and lists courses", lms.api.url.as_deref().unwrap_or("it")))
}

/// The catalogue: some course runs of each partner.
pub fn catalogue(lms: &Lms) -> Told {
    let todo = "see lms.catalogue: its address and partners; the LMS's client must be known there";
    let partners = pulls::try_catalogue(lms).map_err(|e| of_pull(e, todo))?;
    Ok(format!("lists course runs of {partners} partners"))
}

fn of_pull(source: BringError, todo: &str) -> Lack {
    let said = source.to_string();
    Lack { said, ..Lack::of(DriveError::Pull { pull: "doctor", source }, todo) }
}

/// The search index: whether its alias can be looked up.
pub fn index(config: &IndexConfig) -> Told {
    let todo = "see index: its address, user and password, and certificates";
    let led_to = index::look(config).map_err(|e| Lack::of(DriveError::Index(e), todo))?;
    Ok(match led_to {
        0 => format!("it answers; nothing was loaded into {} yet", config.alias),
        _ => format!("it answers; {} leads to an index", config.alias),
    })
}
