//! The site's languages: every text by its name, and how numbers, shares and days are written (spec 60 §6.1).

mod figures;
mod languages;

use std::cmp::Ordering;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::memoizer::MemoizerKind;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use include_dir::{Dir, include_dir};

use self::figures::{Figures, Numbers};
pub use self::languages::{Language, Languages};

/// A folder a language, a small file an area of the site.
static CATALOGUES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/locales");

/// The texts of one language, and the way it writes figures and days.
pub struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    figures: Figures,
    /// Has the texts that this language lacks.
    english: Option<Arc<Texts>>,
}

/// A language that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    /// A file of its catalogue is broken.
    #[error("reading message catalogue {file}: {reason}")]
    Catalogue {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is not known how it writes figures or days.
    #[error("no figures for language {tag}: {reason}")]
    Figures {
        /// The language.
        tag: &'static str,
        /// What is missing.
        reason: String,
    },
}

impl Texts {
    /// The English texts, which every other language falls back on.
    ///
    /// # Errors
    /// A file of the catalogue is broken.
    pub fn english() -> Result<Self, LanguageError> {
        Self::new(languages::ENGLISH, None)
    }

    /// The texts of a language, with the English ones for what it lacks.
    fn new(language: Language, english: Option<Arc<Self>>) -> Result<Self, LanguageError> {
        let folder = CATALOGUES.get_dir(language.catalogue);
        let files = folder.into_iter().flat_map(|folder| folder.files()).map(|file| {
            let name = file.path().display().to_string();
            (name, file.contents_utf8().unwrap_or_default())
        });
        Self::from_files(language, english, files)
    }

    fn from_files<'f>(
        language: Language,
        english: Option<Arc<Self>>,
        files: impl IntoIterator<Item = (String, &'f str)>,
    ) -> Result<Self, LanguageError> {
        let mut bundle = FluentBundle::new_concurrent(vec![language.plurals()]);
        // Marks that keep names and figures apart from words that run the other way.
        bundle.set_use_isolating(language.is_right_to_left());
        bundle.set_formatter(Some(grouped));
        bundle.set_transform(language.disguise);
        for (file, source) in files {
            let broken = |reason: String| LanguageError::Catalogue { file: file.clone(), reason };
            let resource = FluentResource::try_new(source.to_owned())
                .map_err(|(_, errors)| broken(format!("{errors:?}")))?;
            bundle.add_resource(resource).map_err(|errors| broken(format!("{errors:?}")))?;
        }
        let figures = Figures::of(&language)?;
        Ok(Self { language, bundle, figures, english })
    }

    /// The language.
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// Whether a text of that name exists.
    pub fn has(&self, name: &str) -> bool {
        self.bundle.has_message(name)
            || self.english.as_ref().is_some_and(|english| english.has(name))
    }

    /// A text without variables.
    pub fn say(&self, name: &str) -> String {
        self.resolve(name, None)
    }

    /// A text of a name that comes from outside; what the site has no words for stands for itself.
    pub fn say_or(&self, name: &str, otherwise: &str) -> String {
        if self.has(name) { self.say(name) } else { otherwise.to_owned() }
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

    /// The order in which readers of the language look for names.
    pub fn compare(&self, a: &str, b: &str) -> Ordering {
        self.figures.compare(a, b)
    }

    /// A missing text shows its name, so that a page never fails for a word; a test finds it first.
    fn resolve(&self, name: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(name).and_then(|m| m.value()) else {
            if let Some(english) = &self.english {
                return english.resolve(name, args);
            }
            log::error!("no text named {name}");
            return name.to_owned();
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        for error in errors {
            log::error!("text {name} in {}: {error}", self.language.tag);
        }
        text.into_owned()
    }
}

/// Numbers within texts are grouped as the language does.
fn grouped<M: MemoizerKind>(value: &FluentValue<'_>, memoizer: &M) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let whole = number.value as i64;
    memoizer.with_try_get_threadsafe::<Numbers, _, _>((), |numbers| numbers.whole(whole)).ok()
}

/// For tests of what needs a language and no particular one.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub static SOME: std::sync::LazyLock<Texts> =
    std::sync::LazyLock::new(|| Texts::english().unwrap());

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn texts(language: Language, source: &str) -> Result<Texts, LanguageError> {
        Texts::from_files(language, None, [("test.ftl".to_owned(), source)])
    }

    #[test]
    fn numbers_choose_the_plural_and_are_grouped() {
        let source =
            "n = { $count ->\n    [one] { $count } learner\n   *[other] { $count } learners\n }\n";
        let texts = texts(languages::ENGLISH, source).unwrap();
        assert_eq!(texts.say_with("n", &[("count", 1.into())]), "1 learner");
        assert_eq!(texts.say_with("n", &[("count", 12345.into())]), "12,345 learners");
        assert_eq!(texts.say("absent"), "absent");
    }

    #[test]
    fn a_broken_file_names_its_area() {
        let error = texts(languages::ENGLISH, "= nothing").err().unwrap();
        assert!(error.to_string().starts_with("reading message catalogue test.ftl: "));
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
        for path in sources.concat().into_iter().filter(|path| !path.ends_with("src/text/mod.rs")) {
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
