//! The part of an address after `?`: it holds the whole state of a page (filters, sort, paging).

use form_urlencoded::{Serializer, parse};

/// The parameters of an address, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what stands after the `?`; bytes that are no text become replacement characters.
    pub fn read(raw: &str) -> Self {
        Self(parse(raw.as_bytes()).into_owned().collect())
    }

    /// The last value of a parameter; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().rev().filter(|(key, _)| key == name);
        values.next().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Every value of a parameter that may stand several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self.0.iter().filter(move |(key, value)| key == name && !value.is_empty());
        values.map(|(_, value)| value.as_str())
    }

    /// All parameters, in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The same with one parameter set.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// The same with one value more of a parameter that may stand several times.
    #[must_use]
    pub fn and(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.0.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// The same without a parameter.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        self.without_all(&[name])
    }

    /// The same without several parameters.
    #[must_use]
    pub fn without_all(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(key, _)| !names.contains(&key.as_str())).cloned().collect())
    }

    /// The same without one value of a parameter that may stand several times.
    #[must_use]
    pub fn without_value(&self, name: &str, value: &str) -> Self {
        let other = |(key, held): &&(String, String)| key != name || held != value;
        Self(self.0.iter().filter(other).cloned().collect())
    }

    /// `?a=b&c=d`, or nothing; parameters without a value are left out.
    pub fn link(&self) -> String {
        let given = self.0.iter().filter(|(_, value)| !value.is_empty());
        let text = Serializer::new(String::new()).extend_pairs(given).finish();
        if text.is_empty() { text } else { format!("?{text}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_counts_and_an_empty_one_is_absent() {
        let query = Query::read("page=1&page=2&sort=&availability=Current&availability=Archived");
        assert_eq!((query.get("page"), query.get("sort"), query.get("x")), (Some("2"), None, None));
        assert_eq!(query.all("availability").collect::<Vec<_>>(), ["Current", "Archived"]);
    }

    #[test]
    fn links_carry_the_changed_state() {
        let query = Query::read("search=a%20b%26c&page=3&order=");
        assert_eq!(query.with("page", "4").link(), "?search=a+b%26c&page=4");
        assert_eq!(query.without("search").without("page").link(), "");
        let two = Query::read("a=1&a=2");
        assert_eq!(two.without_value("a", "1").link(), "?a=2");
        assert_eq!(two.and("a", "3").link(), "?a=1&a=2&a=3");
    }
}
