//! The requests that servers of tests read.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;

/// A request, as it came; the names of its headers in small letters.
#[derive(Clone)]
pub struct Request {
    pub method: String,
    /// With its query.
    pub address: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Request {
    pub fn read(stream: &TcpStream) -> Self {
        let mut lines = BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            lines.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let first = line();
        let headers: BTreeMap<String, String> = std::iter::from_fn(|| {
            let header = line();
            let (name, value) = header.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        lines.read_exact(&mut body).unwrap();
        let mut words = first.split(' ').map(str::to_owned);
        let (method, address) = (words.next().unwrap(), words.next().unwrap());
        Self { method, address, headers, body: String::from_utf8(body).unwrap() }
    }

    /// Method and address.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.address)
    }

    /// Its path and its query.
    pub fn path_and_query(&self) -> (&str, &str) {
        self.address.split_once('?').unwrap_or((&self.address, ""))
    }

    /// What it asks to be let in with.
    pub fn authorization(&self) -> &str {
        self.headers.get("authorization").map_or("", String::as_str)
    }
}
