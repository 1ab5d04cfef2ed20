//! Courses as names of files spell them.

use jobs::event::course_key;

/// `ORG-COURSE-RUN`, with which names of files begin; none for a text that is no course key.
pub(crate) fn file_stem(id: &str) -> Option<String> {
    parts(id).map(|parts| parts.join("-"))
}

/// Organisation, course and run; none for a text that is no course key.
pub(crate) fn parts(id: &str) -> Option<[&str; 3]> {
    let id = Some(id).filter(|id| course_key::is_valid(id))?;
    let key = id.split_once(':').map_or(id, |(_, key)| key);
    let mut parts = key.split(['/', '+']).filter(|part| !part.contains('@'));
    let (org, course) = (parts.next()?, parts.next()?);
    let run = if id.starts_with("library-v1:") { "library" } else { parts.next()? };
    Some([org, course, run])
}
