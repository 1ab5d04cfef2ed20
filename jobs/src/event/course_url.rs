//! The course that a URL speaks of (spec 10 §2.7 rule 6). Nothing is percent-decoded.

use super::course_key::CourseKey;

/// The course key in a URL: that of its block (`/xblock/…`), else of its course (`/courses/…`),
/// printed anew. A block that does not parse gives none, without a look for a course.
#[must_use]
pub fn course_key_from_url(url: &str) -> Option<String> {
    let key = match three_parts_behind("/xblock/", url, &['/', '?', '#']) {
        Some(block) => CourseKey::of_block(block),
        None => CourseKey::parse(three_parts_behind("/courses/", url, &['/', '?'])?),
    };
    key.map(|key| key.to_string())
}

/// Three parts joined by `/` or `+` behind the first `marker` that has such, with no newline before
/// it; the third ends before one of `ends`.
fn three_parts_behind<'a>(marker: &str, url: &'a str, ends: &[char]) -> Option<&'a str> {
    let first_line = url.find('\n').unwrap_or(url.len());
    let mut from = 0;
    while let Some(at) = url[from..first_line].find(marker) {
        let rest = &url[from + at + marker.len()..];
        if let Some(parts) = three_parts(rest, ends)
            && !(marker == "/courses/" && is_api_version(rest))
        {
            return Some(parts);
        }
        from += at + 1;
    }
    None
}

fn three_parts<'a>(text: &'a str, ends: &[char]) -> Option<&'a str> {
    let course = part_end(text, 0)?;
    let run = part_end(text, course)?;
    let length = text[run..].find(ends).unwrap_or(text.len() - run);
    (length > 0).then(|| &text[..run + length])
}

/// Where the next part begins, if one or more characters stand before its separator.
fn part_end(text: &str, from: usize) -> Option<usize> {
    let length = text[from..].find(['/', '+'])?;
    (length > 0).then_some(from + length + 1)
}

/// `v` digits `/` and something: a path of the LMS's API, such as `/api/courses/v1/blocks/`.
fn is_api_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let path = behind.strip_prefix('/').unwrap_or_default();
    behind.len() < rest.len() && !path.is_empty() && !path.starts_with('/')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;
    use regex::Regex;

    #[track_caller]
    fn check(cases: &[(&str, Option<&str>)]) {
        for (url, course) in cases {
            assert_eq!(course_key_from_url(url).as_deref(), *course, "{url:?}");
        }
    }

    #[test]
    fn courses_are_found_in_paths() {
        check(&[
            ("/courses/course-v1:a+b+c/about", Some("course-v1:a+b+c")),
            ("http://h/courses/a/b/c?x=1", Some("a/b/c")),
            ("/courses/a/b/c#x", None),
            ("/courses/a/b", None),
            ("/courses/a/b/", None),
            ("/courses/a//c", None),
            ("/courses//courses/a/b/c", Some("a/b/c")),
            ("/courses/\nx/b/c/courses/a/b/c", None),
            ("x\n/courses/a/b/c", None),
            ("/courses/search/foo/bar", Some("search/foo/bar")),
            ("/learning/course/course-v1:a+b+c/home", None),
            ("/courses/slashes:a+b+c/", Some("course-v1:a+b+c")),
        ]);
    }

    #[test]
    fn api_versions_are_passed_over() {
        check(&[
            ("/api/courses/v1/courses/course-v1:a+b+c/", Some("course-v1:a+b+c")),
            ("/api/courses/v1/blocks/course-v1:a+b+c", None),
            ("/courses/v1x/b/c", Some("v1x/b/c")),
            ("/courses/v/b/c", Some("v/b/c")),
            ("/courses/v12//c", None),
            ("/courses/v1+b+c", None),
        ]);
    }

    #[test]
    fn blocks_win_over_courses() {
        check(&[
            (
                "/courses/a/b/c/xblock/block-v1:d+e+f+type@p+block@x/handler/y",
                Some("course-v1:d+e+f"),
            ),
            ("/courses/a/b/c/xblock/i4x:;_;_a;_b;_problem;_h/handler/xmodule_handler/x", None),
            ("/courses/a/b/c/xblock/x/", Some("a/b/c")),
            ("/xblock/block-v1:a+b+c+type@p", None),
            ("/xblock/block-v1:a+b+c+block@x?y", Some("course-v1:a+b+c")),
            ("/xblock/block-v1:a+b+c+block@x%20y", None),
            ("/xblock/ccx-block-v1:a+b+c+ccx@5+type@p+block@x", Some("ccx-v1:a+b+c+ccx@5")),
            ("/xblock/lib-block-v1:a+b+type@p+block@x", Some("library-v1:a+b")),
            ("/xblock/lib-block-v1:a+b+block@x", None),
            ("/xblock/course-v1:a+b+c+block@x", None),
        ]);
    }

    #[test]
    fn a_long_hostile_url_takes_little_time() {
        let url = "/courses/".repeat(200_000) + &"/xblock/a".repeat(200_000);
        assert_eq!(course_key_from_url(&url), None);
        assert_eq!(course_key_from_url(&("/xblock/a".to_owned() + &"b".repeat(2_000_000))), None);
    }

    proptest! {
        /// But for API versions, which a pattern without look-ahead cannot leave out.
        #[test]
        fn the_three_parts_are_those_of_the_pattern(
            pieces in prop::collection::vec(prop::sample::select(&[
                "/courses/", "/xblock/", "/", "+", "a", "v", "?", "#", "\n", "é", "courses",
            ][..]), 0..16),
        ) {
            let url = pieces.concat();
            for (marker, ends) in [("/xblock/", &['/', '?', '#'][..]), ("/courses/", &['/', '?'])] {
                let last: String = ends.iter().collect();
                let pattern = format!(r"\A.*?{marker}([^/+]+[/+][^/+]+[/+][^{last}]+)");
                let found = Regex::new(&pattern).unwrap().captures(&url);
                let expected = found.as_ref().map(|found| found.get(1).unwrap().as_str());
                prop_assert_eq!(three_parts_behind(marker, &url, ends), expected, "{:?}", url);
            }
        }
    }
}
