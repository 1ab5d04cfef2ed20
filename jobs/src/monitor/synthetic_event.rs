//! The log line of an enrollment event that no LMS wrote (spec 30 E.1 rule 8, E.2).

use crate::event::course_key;
use serde_json::{Value, json};

/// Such an event. `payload` and `synthesized` are objects.
pub struct SyntheticEvent<'a> {
    /// The course.
    pub course_id: &'a str,
    /// The learner's number.
    pub user_id: &'a str,
    /// Its type.
    pub event_type: &'a str,
    /// Its time.
    pub time: &'a str,
    /// What the payload says besides course and learner.
    pub payload: Value,
    /// How it came about.
    pub synthesized: Value,
}

impl SyntheticEvent<'_> {
    /// The event as a line of a log.
    pub fn line(mut self) -> String {
        // A number stays one.
        let user_id = match self.user_id.parse::<i64>() {
            Ok(number) if number.to_string() == self.user_id => json!(number),
            _ => json!(self.user_id),
        };
        self.payload["course_id"] = json!(self.course_id);
        self.payload["user_id"] = user_id.clone();
        let context = json!({
            "course_id": self.course_id,
            "org_id": course_key::org(self.course_id),
            "user_id": user_id,
        });
        json!({
            "agent": "",
            "context": context,
            "event": self.payload,
            "event_source": "server",
            "event_type": self.event_type,
            "host": "",
            "ip": "",
            "page": null,
            "synthesized": self.synthesized,
            "time": self.time,
            "username": "",
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_an_event_of_the_learner() {
        let line = |user_id| {
            let event = SyntheticEvent {
                course_id: "course-v1:o+c+r",
                user_id,
                event_type: "t",
                time: "2014-01-01T00:00:00",
                payload: json!({"mode": "é"}),
                synthesized: json!({"reason": "r"}),
            };
            event.line()
        };
        let expected = r#"{"agent":"","context":{"course_id":"course-v1:o+c+r","org_id":"o","user_id":7},"event":{"course_id":"course-v1:o+c+r","mode":"é","user_id":7},"event_source":"server","event_type":"t","host":"","ip":"","page":null,"synthesized":{"reason":"r"},"time":"2014-01-01T00:00:00","username":""}"#;
        assert_eq!(line("7"), expected);
        for odd in ["07", "x"] {
            assert_eq!(
                line(odd),
                expected.replace(r#""user_id":7"#, &format!(r#""user_id":"{odd}""#))
            );
        }
    }
}
