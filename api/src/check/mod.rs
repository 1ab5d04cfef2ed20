//! What an operator asks before the service starts: whether its settings and its stores are well (spec 50
//! §10.1, §11.2).

mod config;
mod store;

pub use config::settings;
pub use store::stores;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// To be read by people.
    pub lines: Vec<String>,
    /// Whether something keeps the service, or an endpoint of it, from its work.
    pub has_failed: bool,
}

impl Report {
    fn say(&mut self, what: &str, text: impl AsRef<str>) {
        self.lines.push(format!("{what:<10} {}", text.as_ref()).trim_end().to_owned());
    }

    fn fail(&mut self, what: &str, text: impl AsRef<str>) {
        self.say(what, text);
        self.has_failed = true;
    }
}
