//! The bank of questions: what is asked, by which input, and every answer that learners give,
//! right ones first (05 §2.2, §3.5).

use crate::json;
use crate::rng::Rng;

/// How a given answer is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Full points.
    Correct,
    /// No points.
    Incorrect,
    /// Half the points.
    Partial,
}

impl Verdict {
    /// The `correctness` of the event.
    pub fn name(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Incorrect => "incorrect",
            Self::Partial => "partially-correct",
        }
    }

    /// Points of a question worth one.
    pub fn points(self) -> f64 {
        match self {
            Self::Correct => 1.0,
            Self::Incorrect => 0.0,
            Self::Partial => 0.5,
        }
    }
}

/// One answer that is given to a question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What the browser sends: one value, or several for check boxes.
    pub values: Vec<String>,
    /// Check boxes: sent and logged as a list.
    pub list: bool,
    /// `answers` of the event, as JSON.
    pub raw: String,
    /// `submission.answer` of the event, as JSON.
    pub shown: String,
    /// How it is judged.
    pub verdict: Verdict,
    weight: f64,
}

/// One question of a problem.
#[derive(Clone, Debug)]
pub struct Part {
    /// Text of the question; may be empty.
    pub question: &'static str,
    /// `response_type` of the submission.
    pub response: &'static str,
    /// `input_type` of the submission.
    pub input: &'static str,
    /// All answers, right and wrong.
    pub answers: Vec<Answer>,
    /// Probability of a right answer at the first try, for average skill.
    pub ease: f64,
    /// Whether MathML goes along with the answer.
    pub dynamath: bool,
}

#[derive(Clone, Copy)]
enum Form {
    /// Names `choice_n` behind texts.
    Choice,
    /// A set of names `choice_n`.
    Boxes,
    /// What was typed or drawn.
    Typed,
    /// A number in several spellings.
    Number,
}

struct Question {
    form: Form,
    response: &'static str,
    input: &'static str,
    text: &'static str,
    right: &'static [&'static str],
    wrong: &'static [&'static str],
    share: f64,
}

const fn question(
    form: Form,
    types: (&'static str, &'static str),
    share: f64,
    text: &'static str,
    right: &'static [&'static str],
    wrong: &'static [&'static str],
) -> Question {
    Question { form, response: types.0, input: types.1, text, right, wrong, share }
}

const CHOICE: (&str, &str) = ("multiplechoiceresponse", "choicegroup");
const BOXES: (&str, &str) = ("choiceresponse", "checkboxgroup");
const OPTION: (&str, &str) = ("optionresponse", "optioninput");
const NUMBER: (&str, &str) = ("numericalresponse", "formulaequationinput");
const STRING: (&str, &str) = ("stringresponse", "textline");

const BANK: [Question; 24] = [
    question(
        Form::Choice,
        CHOICE,
        8.0,
        "Which organelle makes most of a cell's ATP?",
        &["The mitochondrion"],
        &["The Golgi apparatus", "The nucleus", "<script>alert('x')</script>"],
    ),
    question(
        Form::Choice,
        CHOICE,
        8.0,
        "Which measure of the centre resists outliers best?",
        &["The median"],
        &["The mean", "The range", "The mode of <b>rounded</b> data"],
    ),
    question(
        Form::Choice,
        CHOICE,
        7.0,
        "What does a residual plot with a curve suggest?",
        &["A term is missing"],
        &["The data are too few", "The variance is zero", "Nothing at all"],
    ),
    question(
        Form::Choice,
        CHOICE,
        6.0,
        "Which sentence is in the passive voice?",
        &["The letter was sent by Ana."],
        &["Ana sent the letter.", "Ana sends letters & cards.", "Send the letter!"],
    ),
    question(
        Form::Choice,
        CHOICE,
        5.0,
        "Welches Gestein entsteht aus Lava?",
        &["Basalt"],
        &["Marmor", "Sandstein", "Kalkstein – „weiß“"],
    ),
    question(
        Form::Choice,
        CHOICE,
        5.0,
        "DNA is copied by ____.",
        &["DNA polymerase"],
        &["Ribosomes", "Lipase", "Helicase alone"],
    ),
    question(
        Form::Boxes,
        BOXES,
        6.0,
        "Which of these are prokaryotes?",
        &["E. coli", "Cyanobacteria"],
        &[
            "Yeast\n      <choicehint selected=\"true\">Yeast has a nucleus.</choicehint>\n",
            "Amoeba",
        ],
    ),
    question(
        Form::Boxes,
        BOXES,
        5.0,
        "Which of these are needed to report an experiment?",
        &["Sample size", "Method"],
        &["Favourite colour", "Weather"],
    ),
    question(
        Form::Typed,
        OPTION,
        6.0,
        "Osmosis moves water towards the side with ____ solute.",
        &["more"],
        &["less", "equal"],
    ),
    question(
        Form::Typed,
        OPTION,
        4.0,
        "A p-value below alpha leads us to ____ the null hypothesis.",
        &["reject"],
        &["keep", "prove"],
    ),
    question(
        Form::Number,
        NUMBER,
        7.0,
        "How many chambers has a frog's heart?",
        &["3"],
        &["4", "2", "1"],
    ),
    question(Form::Number, NUMBER, 6.0, "The mean of 2, 4, 6 and 8?", &["5"], &["4", "20", "6"]),
    question(
        Form::Number,
        ("numericalresponse", "textline"),
        4.0,
        "About how many base pairs has the human genome?",
        &["3.2e9"],
        &["3.2", "3200000", "46"],
    ),
    question(
        Form::Typed,
        STRING,
        4.0,
        "Name the process by which plants make sugar.",
        &["photosynthesis", "Photosynthesis", "photosynthesis "],
        &["fotosynthesis", "respiration", "fotosíntesis", "光合作用"],
    ),
    question(
        Form::Typed,
        STRING,
        3.0,
        "Name the author of the text (any spelling).",
        &["Ångström", "ångström", "Angstrom"],
        &["Einstein", "<script>alert(document.cookie)</script>", "idk 🤷"],
    ),
    question(
        Form::Typed,
        ("formularesponse", "formulaequationinput"),
        1.5,
        "Surface of a sphere of radius r?",
        &["4*pi*r^2", "4*pi*r*r"],
        &["4/3*pi*r^3", "pi*r^2", "2*pi*r"],
    ),
    question(
        Form::Typed,
        ("formularesponse", "textline"),
        0.8,
        "Write the sum of cost and loss over r.",
        &["4*pi*r^2+1/r"],
        &["4*pi*r^2", "1/r"],
    ),
    question(
        Form::Typed,
        ("customresponse", "textline"),
        1.0,
        "Any even number above 10.",
        &["12", "14", "100"],
        &["10", "11", "zwölf"],
    ),
    question(
        Form::Typed,
        ("imageresponse", "imageinput"),
        1.0,
        "Click on the nucleus.",
        &["[102,88]", "[105,90]"],
        &["[215,161]", "[12,400]"],
    ),
    question(
        Form::Typed,
        ("choicetextresponse", "radiotextgroup"),
        0.7,
        "Pick and fill in.",
        &[r#"{"p_ctx_choiceinput_0bc": {"input_0": "7"}}"#],
        &[r#"{"p_ctx_choiceinput_1bc": {"input_1": "3"}}"#],
    ),
    question(
        Form::Typed,
        ("schematicresponse", "schematic"),
        0.4,
        "",
        &[r#"[["r",[48,32,0],{"r":"1k"},["1","0"]]]"#],
        &[r#"[["r",[48,32,0],{"r":"2k"},["1","0"]]]"#],
    ),
    question(
        Form::Typed,
        ("coderesponse", "textbox"),
        0.3,
        "Write a function that adds two numbers.",
        &["def add(a, b):\n    return a + b\n"],
        &["def add(a, b):\n    return a * b\n", "print('hi')"],
    ),
    question(
        Form::Typed,
        ("", "drag_and_drop_input"),
        0.4,
        "",
        &[r#"[{"1": "t1"}, {"2": "t2"}]"#],
        &[r#"[{"1": "t2"}, {"2": "t1"}]"#],
    ),
    question(
        Form::Typed,
        ("", "chemicalequationinput"),
        0.4,
        "Balance the reaction.",
        &["2H2 + O2 -> 2H2O"],
        &["H2 + O2 -> H2O", "H4 + O2 -> H4O2"],
    ),
];

impl Part {
    /// Every kind of question once, in the order of the bank, then by share.
    pub fn draw(number: usize, rng: &mut Rng) -> Self {
        let shares = BANK.each_ref().map(|question| question.share);
        let index = if number < BANK.len() { number } else { rng.weighted(&shares) };
        Self::of(&BANK[index], rng)
    }

    fn of(question: &Question, rng: &mut Rng) -> Self {
        let mut answers = match question.form {
            Form::Choice => choices(question, rng),
            Form::Boxes => boxes(question),
            Form::Typed => typed(question),
            Form::Number => numbers(question),
        };
        if matches!(question.form, Form::Typed | Form::Number) && !question.response.is_empty() {
            answers.push(Answer::new(vec![String::new()], "", Verdict::Incorrect, 0.06));
        }
        if question.response == "choicetextresponse" {
            answers
                .iter_mut()
                .filter(|a| a.verdict == Verdict::Incorrect && a.weight > 0.1)
                .for_each(|a| a.verdict = Verdict::Partial);
        }
        Self {
            question: question.text,
            response: question.response,
            input: question.input,
            answers,
            ease: ease(rng),
            dynamath: question.response == "formularesponse",
        }
    }

    /// The answer given: right with probability `p`, else a wrong one by weight. Returns its index.
    pub fn give(&self, p: f64, rng: &mut Rng) -> usize {
        let right = rng.chance(p);
        let weights: Vec<f64> =
            self.answers
                .iter()
                .map(|answer| {
                    if (answer.verdict == Verdict::Correct) == right { answer.weight } else { 0.0 }
                })
                .collect();
        rng.weighted(&weights)
    }

    /// The index of a right answer.
    pub fn right(&self) -> usize {
        self.answers.iter().position(|answer| answer.verdict == Verdict::Correct).unwrap_or(0)
    }
}

/// Beta(5, 2.2) on average, drawn as a clipped normal; one item in twelve is bad.
fn ease(rng: &mut Rng) -> f64 {
    if rng.chance(1.0 / 12.0) {
        return 0.2;
    }
    (0.72 + 0.16 * rng.normal()).clamp(0.25, 0.97)
}

impl Answer {
    fn new(values: Vec<String>, shown: &str, verdict: Verdict, weight: f64) -> Self {
        let raw = json::text(&values[0]);
        Self { values, list: false, raw, shown: json::text(shown), verdict, weight }
    }
}

fn choices(question: &Question, rng: &mut Rng) -> Vec<Answer> {
    let first = rng.below(question.wrong.len() + 1);
    let names = question.right.iter().chain(question.wrong).enumerate();
    names
        .map(|(index, text)| {
            let name = format!("choice_{}", (first + index) % (question.wrong.len() + 1));
            let verdict = if index == 0 { Verdict::Correct } else { Verdict::Incorrect };
            Answer::new(vec![name], text, verdict, 1.0 / index.max(1) as f64)
        })
        .collect()
}

fn boxes(question: &Question) -> Vec<Answer> {
    let texts: Vec<&str> = question.right.iter().chain(question.wrong).copied().collect();
    let all_right = question.right.len();
    let subsets = [&[0, 1][..], &[0], &[2], &[0, 2], &[0, 1, 3], &[]];
    subsets
        .iter()
        .enumerate()
        .map(|(rank, subset)| {
            let names: Vec<String> = subset.iter().map(|index| format!("choice_{index}")).collect();
            let shown: Vec<&str> = subset.iter().map(|index| texts[*index]).collect();
            let verdict = if subset.len() == all_right && rank == 0 {
                Verdict::Correct
            } else {
                Verdict::Incorrect
            };
            let refs: Vec<&str> = names.iter().map(String::as_str).collect();
            Answer {
                raw: json::texts(&refs),
                shown: json::texts(&shown),
                values: names,
                list: true,
                verdict,
                weight: 1.0 / rank.max(1) as f64,
            }
        })
        .collect()
}

fn typed(question: &Question) -> Vec<Answer> {
    let right =
        question.right.iter().enumerate().map(|(rank, text)| (rank, text, Verdict::Correct));
    let wrong =
        question.wrong.iter().enumerate().map(|(rank, text)| (rank, text, Verdict::Incorrect));
    right
        .chain(wrong)
        .map(|(rank, text, verdict)| {
            Answer::new(vec![(*text).to_owned()], text, verdict, 1.0 / (rank + 1) as f64)
        })
        .collect()
}

/// The right value as `2`, `2.0`, ` 2`, `2e0`, then named mistakes.
fn numbers(question: &Question) -> Vec<Answer> {
    let value = question.right[0];
    let mut spellings = vec![(value.to_owned(), 85.0)];
    if !value.contains('e') {
        spellings.extend([
            (format!("{value}.0"), 8.0),
            (format!(" {value}"), 5.0),
            (format!("{value}e0"), 2.0),
        ]);
    }
    let right = spellings.into_iter().map(|(text, weight)| (text, Verdict::Correct, weight));
    let wrong = question
        .wrong
        .iter()
        .enumerate()
        .map(|(rank, text)| ((*text).to_owned(), Verdict::Incorrect, 1.0 / (rank + 1) as f64));
    right
        .chain(wrong)
        .map(|(text, verdict, weight)| Answer::new(vec![text.clone()], &text, verdict, weight))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn every_question_has_right_and_wrong_answers_that_parse() {
        let mut rng = Rng::keyed(2, Purpose::Outline, [0, 0]);
        for number in 0..BANK.len() {
            let part = Part::draw(number, &mut rng);
            assert_eq!(part.answers[part.right()].verdict, Verdict::Correct, "{}", part.question);
            assert_ne!(part.answers[part.give(0.0, &mut rng)].verdict, Verdict::Correct);
            assert_eq!(part.answers[part.give(1.0, &mut rng)].verdict, Verdict::Correct);
            for answer in &part.answers {
                assert!(serde_json::from_str::<serde_json::Value>(&answer.raw).is_ok());
                assert!(serde_json::from_str::<serde_json::Value>(&answer.shown).is_ok());
            }
        }
    }

    #[test]
    fn choices_have_different_names() {
        let mut rng = Rng::keyed(2, Purpose::Outline, [0, 1]);
        let part = Part::draw(0, &mut rng);
        let mut names: Vec<_> = part.answers.iter().map(|answer| answer.raw.clone()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 4);
    }
}
