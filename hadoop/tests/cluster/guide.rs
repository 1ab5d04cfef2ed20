//! Follows a page of `docs/` word by word: its commands run as they stand, one after the other in one
//! shell, and each must print what stands behind it.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use regex::Regex;

/// Commands of a page, and what they print; `…` stands for anything.
#[derive(Default)]
struct Step {
    commands: String,
    printed: Option<String>,
    fails: bool,
}

/// Runs the commands of a page in a folder, with the environment given.
pub fn follow(page: &str, folder: &Path, environment: &[(&str, &str)]) {
    let steps = steps(page);
    assert!(steps.len() > 3, "{} steps", steps.len());
    let mut script = String::from("set -euo pipefail\nexec 2>&1\n");
    for Step { commands, fails, .. } in &steps {
        match fails {
            true => writeln!(script, "if (set -e\n{commands}\n); then exit 90; fi").unwrap(),
            false => writeln!(script, "{commands}").unwrap(),
        }
        writeln!(script, "printf '%s\\n' '{END}'").unwrap();
    }
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]).current_dir(folder).envs(environment.iter().copied());
    let ended = shell.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    let mut said: Vec<_> = said.split(&format!("{END}\n")).map(str::trim_end).collect();
    let last = said.pop().unwrap_or_default();
    assert!(ended.status.success(), "{}\nprinted\n{last}", steps[said.len()].commands);
    for (step, said) in steps.iter().zip(said) {
        let Some(printed) = &step.printed else { continue };
        if let Some(line) = first_that_is_not_printed(printed.trim_end(), said) {
            let said = said.replace('\n', "\n  ");
            panic!("{}\nprinted\n  {said}\nand not\n  {line}\nwhere it is expected", step.commands);
        }
    }
}

/// The first line that is not printed behind those before it, or the last if there is more.
fn first_that_is_not_printed<'a>(expected: &'a str, said: &str) -> Option<&'a str> {
    let matches = |lines: &[&str], end| {
        let lines = regex::escape(&lines.join("\n")).replace('…', "(?s:.*?)");
        Regex::new(&format!("^{lines}{end}")).unwrap().is_match(said)
    };
    let lines: Vec<_> = expected.lines().collect();
    let missing = (1..lines.len()).find(|&count| !matches(&lines[..count], "\n"));
    let count = missing.or_else(|| (!matches(&lines, "$")).then_some(lines.len()))?;
    Some(lines[count - 1])
}

/// Ends what a step prints.
const END: &str = "== end of the step";

fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```").filter(|kind| !kind.is_empty()) else { continue };
        let body: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        let body = body.join("\n");
        match kind {
            "sh" | "sh fails" => {
                steps.push(Step { commands: body, fails: kind == "sh fails", printed: None });
            }
            "text" => steps.last_mut().unwrap().printed = Some(body),
            _ => {}
        }
    }
    steps
}
