//! Which format an answer has: the suffix or `?format=` before the `Accept` header (spec 50 §4.1).

use warp::http::HeaderMap;
use warp::http::header::ACCEPT;

use crate::error::Error;

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// JSON, also for who asks for a page.
    Json,
    /// CSV.
    Csv,
}

impl Format {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

/// What each format goes by in an `Accept` header, the preferred one first.
const MEDIA_TYPES: [(&str, &str, Format); 3] = [
    ("application", "json", Format::Json),
    ("text", "csv", Format::Csv),
    ("text", "html", Format::Json),
];

/// The format that is asked for.
pub(crate) fn choose(named: Option<&str>, headers: &HeaderMap) -> Result<Format, Error> {
    match named {
        Some("json" | "api") => Ok(Format::Json),
        Some("csv") => Ok(Format::Csv),
        Some(_) => Err(Error::NotFound),
        None => accepted(&accept(headers)).ok_or(Error::NotAcceptable),
    }
}

/// Whether the header asks for CSV and nothing else, as a button for a file does.
pub(crate) fn is_exactly_csv(headers: &HeaderMap) -> bool {
    accept(headers) == "text/csv"
}

fn accept(headers: &HeaderMap) -> String {
    let values =
        headers.get_all(ACCEPT).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.collect::<Vec<_>>().join(",")
}

/// The best of our formats: by quality, then by how exactly it is named, then by our own order.
fn accepted(header: &str) -> Option<Format> {
    if header.trim().is_empty() {
        return Some(Format::Json);
    }
    let ranges: Vec<Range<'_>> = header.split(',').filter_map(Range::parse).collect();
    let weight = |kind: &str, subtype: &str| {
        let fitting = ranges.iter().filter(|range| range.covers(kind, subtype));
        let best = fitting.max_by_key(|range| range.precision())?;
        (best.quality > 0).then_some((best.quality, best.precision()))
    };
    let weighed = MEDIA_TYPES
        .iter()
        .filter_map(|(kind, subtype, format)| Some((weight(kind, subtype)?, *format)));
    // `max_by_key` takes the last of equals, so the order is turned round.
    weighed.rev().max_by_key(|(weight, _)| *weight).map(|(_, format)| format)
}

/// One entry of the header.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// In thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    fn parse(entry: &'a str) -> Option<Self> {
        let mut pieces = entry.split(';').map(str::trim);
        let (kind, subtype) = pieces.next()?.split_once('/')?;
        let quality = pieces.find_map(|piece| piece.strip_prefix("q="));
        let quality = quality.map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
        Some(Self { kind, subtype, quality: (quality.clamp(0.0, 1.0) * 1000.0) as u16 })
    }

    fn covers(&self, kind: &str, subtype: &str) -> bool {
        let covers = |range: &str, name: &str| range == "*" || range.eq_ignore_ascii_case(name);
        covers(self.kind, kind) && covers(self.subtype, subtype)
    }

    fn precision(&self) -> u8 {
        u8::from(self.kind != "*") + u8::from(self.subtype != "*")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use warp::http::HeaderValue;

    fn chosen(named: Option<&str>, accept: &str) -> Result<Format, String> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        choose(named, &headers).map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn a_named_format_beats_the_header() {
        assert_eq!(chosen(Some("json"), "text/csv"), Ok(Format::Json));
        assert_eq!(chosen(Some("csv"), "application/json"), Ok(Format::Csv));
        assert_eq!(chosen(Some("xml"), "*/*"), Err("NotFound".to_owned()));
    }

    #[test]
    fn the_header_is_weighed() {
        for (accept, expected) in [
            ("", Format::Json),
            ("*/*", Format::Json),
            ("text/csv", Format::Csv),
            ("TEXT/CSV", Format::Csv),
            ("text/csv, */*;q=0.5", Format::Csv),
            ("*/*, text/csv", Format::Csv),
            ("text/csv;q=0.2, application/json;q=0.9", Format::Json),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Format::Json),
            ("application/*", Format::Json),
            ("application/json;q=0, */*", Format::Csv),
        ] {
            assert_eq!(chosen(None, accept), Ok(expected), "{accept}");
        }
        for accept in ["application/xml", "text/csv;q=0", "nonsense"] {
            assert_eq!(chosen(None, accept), Err("NotAcceptable".to_owned()), "{accept}");
        }
        assert_eq!(choose(None, &HeaderMap::new()).unwrap(), Format::Json);
    }
}
