//! Which settings of a run that was are others by now.

use super::Config;
use serde_json::Value;
use std::collections::BTreeMap;

/// The keys whose values differ from those that a record holds. A key that the record does not know, of a
/// version that came later, had its default then.
#[must_use]
pub fn differing(before: &Value, now: &Config) -> Vec<String> {
    let leaves = |value: &Value| {
        let mut found = BTreeMap::new();
        add_leaves(value, String::new(), &mut found);
        found
    };
    let of = |config: &Config| leaves(&serde_json::to_value(config).unwrap_or_default());
    let (mut then, now) = (of(&Config::default()), of(now));
    then.extend(leaves(before));
    let mut keys: Vec<_> = then.keys().chain(now.keys()).cloned().collect();
    keys.sort_unstable();
    keys.dedup();
    let of_key =
        |all: &BTreeMap<String, Value>, key: &str| all.get(key).cloned().unwrap_or_default();
    keys.retain(|key| of_key(&then, key) != of_key(&now, key));
    keys
}

fn add_leaves(value: &Value, path: String, found: &mut BTreeMap<String, Value>) {
    let Value::Object(below) = value else {
        found.insert(path, value.clone());
        return;
    };
    for (key, value) in below {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        add_leaves(value, path, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_that_came_went_or_changed_are_named() {
        let mut then = Config::default();
        then.warehouse.keep_partitions = 9;
        then.jobs.insert("date".to_owned(), "2014-01-01".into());
        let mut record = serde_json::to_value(&then).unwrap_or_default();
        assert_eq!(differing(&record, &then), Vec::<String>::new());
        let mut now = Config::default();
        now.jobs.insert("reducers".to_owned(), 3.into());
        assert_eq!(
            differing(&record, &now),
            ["jobs.date", "jobs.reducers", "warehouse.keep_partitions"]
        );
        record["warehouse"] = json!({"keep_partitions": 9});
        assert_eq!(
            differing(&record, &then),
            Vec::<String>::new(),
            "of a version without these keys"
        );
    }
}
