//! Words of a command as a shell reads them back.

/// One word: quoted only where a shell would make something else of it.
#[must_use]
pub fn word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@+".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => quoted(word),
    }
}

/// One word in quotes, whatever it is: a shell never takes it for an assignment or a word of its own.
#[must_use]
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// All words of a command.
#[must_use]
pub fn words(words: &[String]) -> String {
    words.iter().map(|one| word(one)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn words_come_back_from_a_shell_as_they_were() {
        for (given, text) in
            [("today-7d", "today-7d"), ("", "''"), ("it's $5; `x`", r"'it'\''s $5; `x`'")]
        {
            assert_eq!(word(given), text);
        }
    }
}
