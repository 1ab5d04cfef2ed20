//! One line of the conformance file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::storage::Storage;

pub type Rows = BTreeMap<String, Vec<Map<String, Value>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    #[serde(rename = "profile")]
    pub _profile: String,
    #[serde(rename = "source")]
    pub _source: String,
    pub only_without_profile: Option<String>,
    #[serde(default)]
    pub tables: Rows,
    #[serde(default)]
    pub tables_v1: Rows,
    pub schema_variant: Option<String>,
    #[serde(default)]
    pub roster: Vec<Map<String, Value>>,
    pub roster_updated: Option<String>,
    pub storage: Option<Storage>,
    #[serde(default)]
    pub settings: BTreeMap<String, Value>,
    #[serde(default)]
    pub down: Vec<String>,
    #[serde(default)]
    pub throttle: bool,
    pub now: Option<String>,
    pub request: Request,
    pub status: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub absent_headers: Vec<String>,
    #[serde(flatten)]
    pub body: Expected,
    #[serde(default)]
    pub unordered: Vec<String>,
    #[serde(default)]
    pub unordered_rows: bool,
    pub quirk: Option<Quirk>,
}

#[derive(Deserialize)]
pub struct Expected {
    pub json: Option<Value>,
    pub csv: Option<String>,
    pub text: Option<String>,
    #[serde(default)]
    pub empty: bool,
    pub subset: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
pub struct Request {
    pub method: String,
    pub path: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
    #[serde(default = "once")]
    pub repeat: u32,
}

fn once() -> u32 {
    1
}

#[derive(Deserialize)]
pub struct Quirk {
    pub verdict: String,
    #[serde(default)]
    pub accept: Vec<Accepted>,
}

#[derive(Deserialize)]
pub struct Accepted {
    pub status: Option<u16>,
    pub json: Option<Value>,
}
