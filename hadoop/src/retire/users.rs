//! The file of those who leave: one learner a line, `user_id,username[,retired username]`.

use jobs::retired::Key;
use std::collections::{BTreeMap, BTreeSet};

/// The names of the fields, as a first line may give them.
const HEADERS: [&str; 2] = ["user_id,username", "user_id,username,retired_username"];

/// A learner who leaves, in clear: never to be written or printed.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The account's number.
    pub id: i64,
    /// The names that the account has had, the LMS's own for a retired one among them.
    pub names: BTreeSet<String>,
    /// The first line that names it, from 1.
    pub line: usize,
}

impl User {
    /// The digests of number and names, each name's in order.
    #[must_use]
    pub fn digests(&self, key: &Key) -> (String, Vec<String>) {
        let mut names: Vec<_> = self.names.iter().map(|name| key.of_username(name)).collect();
        names.sort();
        (key.of_user_id(self.id), names)
    }
}

/// Reads a file, in order of the accounts' numbers. A learner who has had several names may have several
/// lines.
///
/// # Errors
/// Every line that cannot be used, by its number and without what it holds.
pub fn read(text: &[u8]) -> Result<Vec<User>, Vec<String>> {
    let (mut users, mut owners, mut wrong) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        match user(line, number == 1) {
            Ok(None) => {}
            Ok(Some((id, names))) => {
                if names.iter().any(|name| *owners.entry(name.clone()).or_insert(id) != id) {
                    wrong.push(format!("line {number}: the name is another account's, too"));
                }
                let user = User { id, names: BTreeSet::new(), line: number };
                users.entry(id).or_insert(user).names.extend(names);
            }
            Err(what) => wrong.push(format!("line {number}: {what}")),
        }
    }
    if users.is_empty() && wrong.is_empty() {
        wrong.push("it names nobody".to_owned());
    }
    if wrong.is_empty() { Ok(users.into_values().collect()) } else { Err(wrong) }
}

/// The learner of a line; none of a blank line, or of one that names the fields.
fn user(line: &[u8], is_first: bool) -> Result<Option<(i64, Vec<String>)>, &'static str> {
    let line = str::from_utf8(line).map_err(|_| "is not UTF-8")?.trim();
    if line.is_empty() || (is_first && HEADERS.contains(&line)) {
        return Ok(None);
    }
    let mut fields = line.split(',').map(str::trim);
    let id = fields.next().unwrap_or_default();
    let is_plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let id = id.parse().ok().filter(|id| is_plain && *id > 0);
    let id = id.ok_or("the first field is no number of an account")?;
    let names: Vec<_> = fields.map(str::to_owned).collect();
    if names.is_empty() || names.len() > 2 {
        return Err("does not hold user_id,username[,retired username]");
    }
    let is_name = |name: &String| {
        let is_odd = |c: char| c.is_control() || c.is_whitespace() || "\"':\\".contains(c);
        !name.is_empty() && !name.contains(is_odd)
    };
    if names.iter().all(is_name) { Ok(Some((id, names))) } else { Err("a name is none") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn wrong(text: &str) -> Vec<String> {
        read(text.as_bytes()).err().unwrap()
    }

    #[test]
    fn a_line_is_a_learner() {
        let text = "\u{feff}user_id,username,retired_username\r\n8,zoe\r\n\r\n 7 , mira ,retired__user_ab\n7,mira_n\n";
        let Ok(users) = read(text.as_bytes()) else { panic!("refused") };
        let names = |user: &User| user.names.iter().cloned().collect::<Vec<_>>().join(" ");
        let found: Vec<_> = users.iter().map(|user| (user.id, names(user))).collect();
        let expected = [(7, "mira mira_n retired__user_ab"), (8, "zoe")];
        assert_eq!(found, expected.map(|(id, names)| (id, names.to_owned())));
    }

    #[test]
    fn lines_that_cannot_be_used_are_told_by_number_alone() {
        let text = "7,mira\nmira,7\n8\n9,a,b,c\n-3,zoe\n10,\n11,a b\n12,mira\nuser_id,username\n";
        let said = wrong(text);
        let lines: Vec<_> = said.iter().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(
            lines,
            ["line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9"]
        );
        assert!(!said.iter().any(|line| line.contains("mira") || line.contains("zoe")), "{said:?}");
        assert_eq!(wrong("user_id,username\n\n"), ["it names nobody"]);
        assert_eq!(read(b"7,\xff").err().unwrap(), ["line 1: is not UTF-8"]);
    }
}
