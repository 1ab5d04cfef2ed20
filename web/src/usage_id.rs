//! Ids of blocks in addresses and in the Data API's records (spec 60 §1, §2.10).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a part of a path as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@')
    .remove(b'+')
    .remove(b'$');

/// The beginning of ids before 2014: `i4x://org/course/category/name`.
const LEGACY: &str = "i4x://";

/// An id as one part of a path.
pub fn in_path(id: &str) -> String {
    utf8_percent_encode(id, IN_PATH).to_string()
}

/// The id that stands at the beginning of a path's parts, and what follows. An older one may stand in several
/// parts, and with one of its two slashes lost on the way.
pub fn take<'a>(parts: &'a [&'a str]) -> Option<(String, &'a [&'a str])> {
    let (first, rest) = parts.split_first()?;
    let decoded = percent_encoding::percent_decode_str(first).decode_utf8().ok()?;
    if decoded != "i4x:" {
        let odd = decoded.is_empty() || decoded.chars().any(char::is_control);
        return (!odd).then(|| (decoded.into_owned(), rest));
    }
    let rest = rest.strip_prefix(&[""]).unwrap_or(rest);
    let (own, rest) = rest.split_at_checked(4)?;
    let own = own.iter().map(|part| percent_encoding::percent_decode_str(part).decode_utf8().ok());
    let own: Option<Vec<_>> = own.collect();
    Some((format!("{LEGACY}{}", own?.join("/")), rest))
}

/// By what the Data API's records of videos name a block.
pub fn encoded(id: &str) -> String {
    match id.rsplit_once("block@") {
        Some((_, block)) if !id.starts_with(LEGACY) => block.to_owned(),
        _ => {
            let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            let id = id.replacen("://", "-", 1);
            id.chars()
                .map(|c| {
                    if safe(c) {
                        c
                    } else if c == '/' {
                        '-'
                    } else {
                        '_'
                    }
                })
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ids_stand_in_one_part_or_in_several() {
        let one = ["i4x:%2F%2Fedx%2Fd%2Fproblem%2Fp%201", "parts"];
        assert_eq!(take(&one).unwrap(), ("i4x://edx/d/problem/p 1".to_owned(), &["parts"][..]));
        for spread in [
            &["i4x:", "", "edx", "d", "problem", "p", "x"][..],
            &["i4x:", "edx", "d", "problem", "p", "x"][..],
        ] {
            assert_eq!(take(spread).unwrap(), ("i4x://edx/d/problem/p".to_owned(), &["x"][..]));
        }
        let new = ["block-v1:a+b+c+type@video+block@d", "timeline"];
        assert_eq!(take(&new).unwrap().0, new[0]);
        for odd in [&["i4x:", "", "a", "b"][..], &[""][..], &["a%00"][..], &["%FF"][..], &[][..]] {
            assert_eq!(take(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn addresses_come_back() {
        for id in ["i4x://edX/Dé/video/a b", "block-v1:a+b+c+type@video+block@d", "a/../b?c#d"] {
            let path = in_path(id);
            assert_eq!(take(&[path.as_str()]).unwrap().0, id);
            assert!(!path.contains(['/', '?', '#', ' ']), "{path}");
        }
    }

    #[test]
    fn records_of_videos_know_blocks_by_another_name() {
        let legacy = "i4x://edX/DemoX/video/0b9e39477cf34507a7a48f74be381fdd";
        assert_eq!(encoded(legacy), "i4x-edX-DemoX-video-0b9e39477cf34507a7a48f74be381fdd");
        assert_eq!(encoded("i4x://a.b/c d/video/é"), "i4x-a_b-c_d-video-_");
        assert_eq!(encoded("block-v1:a+b+c+type@video+block@d.e"), "d.e");
    }
}
