//! Paths: decoded whole, then matched; the three ways to spell a resource's end (spec 50 §1, §2.1).

use api_client::Version;

/// How a path spells the end of the resource that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With its final slash.
    Slash,
    /// Without it: to be redirected.
    Missing,
    /// As `.FORMAT`, with or without a slash behind.
    Format(String),
}

/// The path with its percent escapes decoded, if that is text.
pub(crate) fn decode(raw: &str) -> Option<String> {
    percent_encoding::percent_decode_str(raw).decode_utf8().ok().map(Into::into)
}

/// The resource that a decoded path names, and how it ends. `resource` is asked with a final slash.
pub(crate) fn find<T>(path: &str, resource: impl Fn(&str) -> Option<T>) -> Option<(T, Ending)> {
    if path.ends_with('/')
        && let Some(found) = resource(path)
    {
        return Some((found, Ending::Slash));
    }
    let (stem, format) =
        path.strip_suffix('/').unwrap_or(path).rsplit_once('.').unwrap_or_default();
    let is_format = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if !format.is_empty()
        && format.bytes().all(is_format)
        && let Some(found) = resource(&format!("{stem}/"))
    {
        return Some((found, Ending::Format(format.to_owned())));
    }
    let complete = (!path.ends_with('/')).then(|| format!("{path}/"))?;
    resource(&complete).map(|found| (found, Ending::Missing))
}

/// Splits the version off: what stands behind `/api/v0/` or `/api/v1/`.
pub(crate) fn versioned(path: &str) -> Option<(Version, &str)> {
    let rest = path.strip_prefix("/api/")?;
    let v0 = rest.strip_prefix("v0/").map(|rest| (Version::V0, rest));
    v0.or_else(|| rest.strip_prefix("v1/").map(|rest| (Version::V1, rest)))
}

/// The course id before `/TAIL`, in a path `courses/COURSE/TAIL`.
pub(crate) fn course<'p>(path: &'p str, tail: &str) -> Option<&'p str> {
    let course = path.strip_prefix("courses/")?.strip_suffix(tail)?.strip_suffix('/')?;
    is_course(course).then_some(course)
}

/// Three pieces joined by `/` or `+`; the first two hold neither, the third no `/`.
pub(crate) fn is_course(text: &str) -> bool {
    let mut pieces = text.splitn(3, ['/', '+']);
    let [first, second, third] = [pieces.next(), pieces.next(), pieces.next()];
    let is_piece = |piece: Option<&str>| piece.is_some_and(|piece| !piece.is_empty());
    is_piece(first)
        && is_piece(second)
        && is_piece(third)
        && !third.is_some_and(|piece| piece.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop(path: &str) -> Option<&'static str> {
        ["/shop/", "/shop/a.b/"].into_iter().find(|known| *known == path)
    }

    #[test]
    fn a_resource_may_end_in_three_ways() {
        assert_eq!(find("/shop/", shop), Some(("/shop/", Ending::Slash)));
        assert_eq!(find("/shop", shop), Some(("/shop/", Ending::Missing)));
        for path in ["/shop.csv", "/shop.csv/"] {
            assert_eq!(find(path, shop), Some(("/shop/", Ending::Format("csv".to_owned()))));
        }
        assert_eq!(find("/shop/a.b/", shop), Some(("/shop/a.b/", Ending::Slash)));
        assert_eq!(find("/shop/a.b", shop), Some(("/shop/a.b/", Ending::Missing)));
        for path in ["/shop.CSV", "/shop.", "/shop//", "//shop/", "/", "", "/shop.csv//", "/Shop/"]
        {
            assert_eq!(find(path, shop), None, "{path}");
        }
    }

    #[test]
    fn a_path_is_decoded_whole_and_a_plus_stays() {
        assert_eq!(decode("/edX%2FDemo%20+%C3%A9").as_deref(), Some("/edX/Demo +é"));
        assert_eq!(decode("/%FF"), None);
    }

    #[test]
    fn a_course_has_three_pieces() {
        let found = |path: &'static str| course(path, "enrollment/");
        assert_eq!(found("courses/edX/DemoX/Run/enrollment/"), Some("edX/DemoX/Run"));
        assert_eq!(found("courses/ccx-v1:a+b+c+ccx@1/enrollment/"), Some("ccx-v1:a+b+c+ccx@1"));
        assert_eq!(found("courses/a+b/c/enrollment/"), Some("a+b/c"));
        for path in ["a/b/", "a/b/c/d/", "a//c/", "/b/c/", "a/b//", "a+b+/c/", "/"] {
            assert_eq!(
                course(&format!("courses/{path}enrollment/"), "enrollment/"),
                None,
                "{path}"
            );
        }
    }

    #[test]
    fn two_versions_are_known() {
        assert_eq!(versioned("/api/v1/x/"), Some((Version::V1, "x/")));
        assert_eq!(versioned("/api/v0/"), Some((Version::V0, "")));
        assert_eq!(versioned("/api/v2/x/"), None);
        assert_eq!(versioned("/x/api/v0/"), None);
    }
}
