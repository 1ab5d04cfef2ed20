//! One answer to a part of a problem, completed from what a site knows of its problems (spec 20 §1.2).

use super::answer_text::{list_of, text_of};
use super::html_text::html_text;
use crate::event::Json;
use crate::params::{ParamError, Params};
use crate::text;
use std::collections::HashMap;

/// What a site knows of parts of problems, by answer id: the optional file `answer_metadata`.
#[derive(Debug, Default)]
pub struct Metadata(HashMap<String, Vec<u8>>);

impl Metadata {
    /// Reads the file that the parameter `answer_metadata` names; none is as good as an empty one.
    ///
    /// # Errors
    /// When the file cannot be read, or is no JSON object.
    pub fn read(params: &Params) -> Result<Self, ParamError> {
        const NAME: &str = "answer_metadata";
        let Some(file) = params.file(NAME)? else { return Ok(Self::default()) };
        let object = Json::parse(&file).filter(|json| json.is_object());
        let object = object.ok_or_else(|| ParamError::Unreadable {
            name: NAME,
            text: params.get(NAME).unwrap_or_default().to_owned(),
            wanted: "the path of a JSON object by answer id".to_owned(),
        })?;
        let members = object.members().into_iter();
        Ok(Self(members.map(|(id, json)| (id.into_owned(), json.raw().to_vec())).collect()))
    }

    fn of(&self, answer_id: &str) -> Option<Json<'_>> {
        self.0.get(answer_id).map(|raw| Json::trusted(raw))
    }
}

/// What is read of an answer, in the order of [`Answer::read`].
const MEMBERS: [&str; 8] = [
    "answer",
    "answer_value_id",
    "response_type",
    "variant",
    "question",
    "correct",
    "problem_id",
    "problem_display_name",
];
/// Types of response of which the metadata can tell what their values' names mean.
const CHOICES: [&str; 2] = ["choiceresponse", "multiplechoiceresponse"];
const EMPTY: Json<'static> = Json::trusted(br#""""#);

/// An answer. What is missing is none; null is a value.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    shown: Option<Shown<'a>>,
    value_id: Option<Json<'a>>,
    response_type: Option<Json<'a>>,
    /// Which variant of a randomised problem was answered.
    pub variant: Option<Json<'a>>,
    question: Option<Json<'a>>,
    correct: Option<Json<'a>>,
    problem_id: Option<Json<'a>>,
    problem_display_name: Option<Json<'a>>,
}

/// What the learner saw as his answer.
#[derive(Clone, Debug)]
enum Shown<'a> {
    Told(Json<'a>),
    /// Looked up in the metadata, choice by choice.
    Mapped(Vec<Json<'a>>),
}

impl<'a> Answer<'a> {
    /// Reads an answer, and completes it from the metadata of its part.
    #[must_use]
    pub fn read(json: Json<'a>, answer_id: &str, metadata: &'a Metadata) -> Self {
        let metadata = metadata.of(answer_id);
        let mut members = json.pick(MEMBERS);
        let known = metadata.map(|known| known.pick(MEMBERS)).unwrap_or_default();
        for (member, known) in members.iter_mut().zip(known) {
            if !member.is_some_and(Json::is_truthy) && known.is_some_and(|k| k.text().is_some()) {
                *member = known;
            }
        }
        let [shown, value_id, response_type, variant, question, correct, id, name] = members;
        let mut answer = Self {
            shown: shown.map(Shown::Told),
            value_id,
            response_type,
            variant,
            question,
            correct,
            problem_id: id,
            problem_display_name: name,
        };
        if let (Some(metadata), None) = (metadata, &answer.shown) {
            answer.show_by(metadata);
        }
        answer
    }

    /// Says what an answer that is known by name only looked like; where its name is all there is to
    /// see, it is no name.
    fn show_by(&mut self, metadata: Json<'a>) {
        if !self.response_type().is_some_and(|t| CHOICES.contains(&&*t)) {
            self.shown = self.value_id.take().map(Shown::Told);
        } else if let Some(map) = metadata.get("answer_value_id_map") {
            let mapped = |id: Json<'a>| id.text().and_then(|id| map.get(&id)).unwrap_or(EMPTY);
            self.shown = Some(match self.value_id {
                Some(ids) if ids.is_array() => {
                    Shown::Mapped(ids.items().into_iter().map(mapped).collect())
                }
                id => Shown::Told(id.map_or(EMPTY, mapped)),
            });
        }
    }

    /// The type of response, if it is a text.
    #[must_use]
    pub fn response_type(&self) -> Option<std::borrow::Cow<'a, str>> {
        self.response_type?.text()
    }

    /// Whether the answer has a name besides what the learner saw.
    #[must_use]
    pub const fn has_value_id(&self) -> bool {
        self.value_id.is_some()
    }

    /// Whether it was judged correct.
    #[must_use]
    pub fn is_correct(&self) -> bool {
        self.correct.is_some_and(Json::is_truthy)
    }

    /// The question; empty where nobody told.
    #[must_use]
    pub fn question(&self) -> String {
        plain(self.question)
    }

    /// The id of the problem.
    #[must_use]
    pub fn problem_id(&self) -> String {
        plain(self.problem_id)
    }

    /// The name of the problem; empty where nobody told.
    #[must_use]
    pub fn problem_display_name(&self) -> String {
        plain(self.problem_display_name)
    }

    /// What equal answers have in common: the name or, without one, the text; and the variant, where
    /// none is the same as the first.
    #[must_use]
    pub fn group(&self) -> String {
        let value = match self.value_id {
            Some(id) => stripped(id),
            None => self.shown_text(&strip),
        };
        let variant = match self.variant.filter(|variant| *variant != EMPTY) {
            Some(variant) => text_of(variant, &str::to_owned),
            None => "1".to_owned(),
        };
        format!("{value}_{variant}")
    }

    /// The name and the text of the answer. Answers of a part that names none (`uses_id`) have no
    /// name, and keep their markup.
    #[must_use]
    pub fn id_and_value(&self, uses_id: bool) -> (String, String) {
        if !uses_id {
            let value = match (&self.shown, self.value_id) {
                (None, Some(id)) => stripped(id),
                _ => self.shown_text(&strip),
            };
            return (String::new(), value);
        }
        match self.value_id.map(stripped).unwrap_or_default() {
            id if id.is_empty() => (id, self.shown_text(&strip)),
            id => (id, self.shown_text(&html_text)),
        }
    }

    fn shown_text(&self, treated: &impl Fn(&str) -> String) -> String {
        match &self.shown {
            None => String::new(),
            Some(Shown::Told(json)) => text_of(*json, treated),
            Some(Shown::Mapped(items)) => list_of(items, treated),
        }
    }
}

fn strip(text: &str) -> String {
    text::strip(text).to_owned()
}

fn stripped(value: Json) -> String {
    text_of(value, &strip)
}

/// The text of a value as it is; empty for none and null.
fn plain(value: Option<Json>) -> String {
    let value = value.filter(|value| !value.is_null());
    value.map(|value| text_of(value, &str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn metadata(of_part: &str) -> Metadata {
        Metadata([("1".to_owned(), of_part.as_bytes().to_vec())].into())
    }

    /// Group, name and text of an answer of a part that uses names.
    fn seen(answer: &str, metadata: &Metadata) -> (String, String, String) {
        let answer = Answer::read(Json::parse(answer.as_bytes()).unwrap(), "1", metadata);
        let (id, value) = answer.id_and_value(true);
        (answer.group(), id, value)
    }

    fn triple(group: &str, id: &str, value: &str) -> (String, String, String) {
        (group.to_owned(), id.to_owned(), value.to_owned())
    }

    #[test]
    fn names_and_variants_make_groups() {
        let none = Metadata::default();
        for (answer, expected) in [
            (r#"{"answer": " a "}"#, triple("a_1", "", "a")),
            (r#"{"answer": "a", "variant": ""}"#, triple("a_1", "", "a")),
            (r#"{"answer": "a", "variant": 1}"#, triple("a_1", "", "a")),
            (r#"{"answer": "a", "variant": null}"#, triple("a_None", "", "a")),
            (r#"{"answer": "a", "variant": 0}"#, triple("a_0", "", "a")),
            (r#"{"answer": "<b>a</b>", "answer_value_id": "c"}"#, triple("c_1", "c", "a")),
            (r#"{"answer": "<b>a</b>"}"#, triple("<b>a</b>_1", "", "<b>a</b>")),
            (r#"{"answer": ["a", "b "]}"#, triple("[a|b]_1", "", "[a|b]")),
            (r#"{"answer": "x", "answer_value_id": null}"#, triple("None_1", "None", "x")),
            (r#"{}"#, triple("_1", "", "")),
        ] {
            assert_eq!(seen(answer, &none), expected, "{answer}");
        }
    }

    #[test]
    fn a_part_without_names_shows_what_there_is() {
        let none = Metadata::default();
        for (answer, value) in [
            (r#"{"answer": "<i>a</i>", "answer_value_id": "c"}"#, "<i>a</i>"),
            (r#"{"answer_value_id": "c "}"#, "c"),
        ] {
            let answer = Answer::read(Json::parse(answer.as_bytes()).unwrap(), "1", &none);
            assert_eq!(answer.id_and_value(false), (String::new(), value.to_owned()));
        }
    }

    #[test]
    fn metadata_fills_what_says_nothing() {
        let known = metadata(r#"{"question": "Q", "correct": "yes", "variant": 7}"#);
        let read = |json: &'static str| {
            let answer = Answer::read(Json::parse(json.as_bytes()).unwrap(), "1", &known);
            (answer.question(), answer.is_correct(), answer.group())
        };
        assert_eq!(read(r#"{"answer": "a"}"#), ("Q".into(), true, "a_1".into()));
        let told = r#"{"answer": "a", "question": "T", "correct": false}"#;
        assert_eq!(read(told), ("T".into(), true, "a_1".into()));
    }

    #[test]
    fn metadata_tells_what_a_choice_looked_like() {
        let known = metadata(
            r#"{"response_type": "choiceresponse", "answer_value_id_map": {"a": "A", "b": "B"}}"#,
        );
        for (answer, expected) in [
            (r#"{"answer_value_id": "a"}"#, triple("a_1", "a", "A")),
            (r#"{"answer_value_id": "z"}"#, triple("z_1", "z", "")),
            (r#"{"answer_value_id": ["b", "z", "a"]}"#, triple("[b|z|a]_1", "[b|z|a]", "[B||A]")),
            (r#"{"answer_value_id": "a", "answer": "told"}"#, triple("a_1", "a", "told")),
            (
                r#"{"answer_value_id": "a", "response_type": "stringresponse"}"#,
                triple("a_1", "", "a"),
            ),
        ] {
            assert_eq!(seen(answer, &known), expected, "{answer}");
        }
        let without_map = metadata(r#"{"response_type": "choiceresponse"}"#);
        assert_eq!(seen(r#"{"answer_value_id": "a"}"#, &without_map), triple("a_1", "a", ""));
        let without_type = metadata("{}");
        assert_eq!(seen(r#"{"answer_value_id": "a"}"#, &without_type), triple("a_1", "", "a"));
    }

    #[test]
    fn a_file_that_is_no_object_is_refused() {
        let named = |path| Metadata::read(&[("answer_metadata", path)].into_iter().collect());
        let error = named(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap_err();
        assert!(error.to_string().contains("JSON object"), "{error}");
        assert!(Metadata::read(&Params::default()).unwrap().of("1").is_none());
    }
}
