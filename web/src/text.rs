//! The message catalogue: every text of the site by its name, one small file an area and language.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::{LanguageIdentifier, langid};

use crate::format;

/// The areas of `locales/en`, in the order they are read.
const ENGLISH: &[(&str, &str)] = &[
    ("catalog", include_str!("../locales/en/catalog.ftl")),
    ("countries", include_str!("../locales/en/countries.ftl")),
    ("course", include_str!("../locales/en/course.ftl")),
    ("engagement", include_str!("../locales/en/engagement.ftl")),
    ("enrollment", include_str!("../locales/en/enrollment.ftl")),
    ("error", include_str!("../locales/en/error.ftl")),
    ("frame", include_str!("../locales/en/frame.ftl")),
    ("help", include_str!("../locales/en/help.ftl")),
    ("learners", include_str!("../locales/en/learners.ftl")),
    ("performance", include_str!("../locales/en/performance.ftl")),
    ("landing", include_str!("../locales/en/landing.ftl")),
];

/// The texts of one language.
pub struct Texts {
    bundle: FluentBundle<FluentResource>,
    language: LanguageIdentifier,
}

/// A catalogue file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("reading message catalogue {area}: {reason}")]
pub struct CatalogueError {
    area: &'static str,
    reason: String,
}

impl Texts {
    /// The English catalogue, which every other language falls back on.
    pub fn english() -> Result<Self, CatalogueError> {
        Self::from_files(langid!("en"), ENGLISH)
    }

    fn from_files(
        language: LanguageIdentifier,
        files: &[(&'static str, &str)],
    ) -> Result<Self, CatalogueError> {
        let mut bundle = FluentBundle::new_concurrent(vec![language.clone()]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(grouped));
        for &(area, source) in files {
            let broken = |reason: String| CatalogueError { area, reason };
            let resource = FluentResource::try_new(source.to_owned())
                .map_err(|(_, errors)| broken(format!("{errors:?}")))?;
            bundle.add_resource(resource).map_err(|errors| broken(format!("{errors:?}")))?;
        }
        Ok(Self { bundle, language })
    }

    /// The tag for `<html lang>`.
    pub fn language(&self) -> String {
        self.language.to_string()
    }

    /// Whether a text of that name exists.
    pub fn has(&self, name: &str) -> bool {
        self.bundle.has_message(name)
    }

    /// A text without variables.
    pub fn say(&self, name: &str) -> String {
        self.resolve(name, None)
    }

    /// A text with its variables; numbers choose the plural and are grouped.
    pub fn say_with(&self, name: &str, variables: &[(&str, FluentValue<'_>)]) -> String {
        let mut args = FluentArgs::with_capacity(variables.len());
        for (key, value) in variables {
            args.set(*key, value.clone());
        }
        self.resolve(name, Some(&args))
    }

    /// A text with one variable that is words, as templates need it.
    pub fn say_of(&self, name: &str, key: &str, value: &str) -> String {
        self.say_with(name, &[(key, value.into())])
    }

    /// A missing text shows its name, so that a page never fails for a word; a test finds it first.
    fn resolve(&self, name: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(name).and_then(|m| m.value()) else {
            log::error!("no text named {name} in {}", self.language);
            return name.to_owned();
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        for error in errors {
            log::error!("text {name} in {}: {error}", self.language);
        }
        text.into_owned()
    }
}

fn grouped<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(format::number(number.value as i64)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_choose_the_plural_and_are_grouped() {
        let source =
            "n = { $count ->\n    [one] { $count } learner\n   *[other] { $count } learners\n }\n";
        let texts = Texts::from_files(langid!("en"), &[("test", source)]).unwrap();
        assert_eq!(texts.say_with("n", &[("count", 1.into())]), "1 learner");
        assert_eq!(texts.say_with("n", &[("count", 12345.into())]), "12,345 learners");
        assert_eq!(texts.say("absent"), "absent");
    }

    #[test]
    fn a_broken_file_names_its_area() {
        let error = Texts::from_files(langid!("en"), &[("odd", "= nothing")]).err().unwrap();
        assert!(error.to_string().starts_with("reading message catalogue odd: "));
    }

    /// All files below a folder of this crate with one of the endings.
    fn files(folder: &std::path::Path, endings: &[&str]) -> Vec<std::path::PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|text| text.to_str()).unwrap_or_default();
            if path.is_dir() {
                found.extend(files(&path, endings));
            } else if endings.contains(&ending) {
                found.push(path);
            }
        }
        found
    }

    #[test]
    fn every_text_that_is_asked_for_by_name_exists() {
        let texts = Texts::english().unwrap();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let sources = ["src", "templates"].map(|folder| files(&root.join(folder), &["rs", "html"]));
        let mut asked = 0;
        for path in sources.concat().into_iter().filter(|path| !path.ends_with("src/text.rs")) {
            let source = std::fs::read_to_string(&path).unwrap();
            for call in [".say(\"", ".say_with(\"", ".say_of(\""] {
                for rest in source.split(call).skip(1) {
                    let name = rest.split('"').next().unwrap();
                    assert!(texts.has(name), "{} asks for {name}", path.display());
                    asked += 1;
                }
            }
        }
        assert!(asked > 80, "only {asked} were found");
    }
}
