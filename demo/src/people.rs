//! Invented people: names, accounts, profiles, addresses and devices (05 §3.1, §3.4, §4.2, §4.3).

use crate::clock::{DAY, Day, Micros, seconds};
use crate::devices::{App, Browser};
use crate::places::{self, COUNTRIES};
use crate::rng::{Purpose, Rng};

/// First ids are kept for service accounts.
const FIRST_ID: i64 = 40_000;

/// Display names; two in five have letters outside ASCII, some run from right to left, some hold
/// four-byte characters, and some try to break the page that shows them.
const GIVEN: [&str; 40] = [
    "Mira",
    "Jonas",
    "Rosa",
    "Viktor",
    "Lena",
    "Amara",
    "Daniel",
    "Grace",
    "Tomas",
    "Nadia",
    "Peter",
    "Ruth",
    "Samuel",
    "Ingrid",
    "Oliver",
    "Priya",
    "Hassan",
    "Emily",
    "Carlos",
    "Hana",
    "Lucas",
    "Fiona",
    "Marta",
    "Andre",
    "José",
    "Zoë",
    "Łukasz",
    "Søren",
    "Żaneta",
    "Ümit",
    "François",
    "Ngọc",
    "Ольга",
    "Дмитро",
    "美玲",
    "健太",
    "서연",
    "अनिल",
    "ليلى",
    "נועה",
];
const FAMILY: [&str; 40] = [
    "Okafor",
    "Lindqvist",
    "Delgado",
    "Hale",
    "Brandt",
    "Mensah",
    "Whitfield",
    "Novak",
    "Sato",
    "Costa",
    "Kaur",
    "Reed",
    "Abara",
    "Fischer",
    "Quill",
    "Marsh",
    "Ibarra",
    "Vance",
    "Achterberg",
    "Romano",
    "Holloway",
    "Pine",
    "Adeyemi",
    "Castell",
    "Müller",
    "Ångström",
    "Škoda",
    "Peña",
    "Öztürk",
    "Nguyễn",
    "Côté",
    "Jørgensen",
    "Іваненко",
    "Павлова",
    "陈",
    "田中",
    "김",
    "शर्मा",
    "حداد",
    "לוי",
];
const ODD_NAMES: [&str; 6] = [
    "Pema 🦉 Dorji",
    "Noor \u{1F680} Haddad",
    "Tab\tbed Name",
    "Two\nLines",
    r"Back\slash Jones",
    "<b>Bobby</b> & \"Sons\"",
];
const GOALS: [&str; 5] =
    ["", "Learn for work.", "Just curious!", "Línea uno\r\nlínea dos", "Finish 🎓 one course"];
const GENDERS: [(Option<&str>, f64); 5] =
    [(Some("m"), 52.0), (Some("f"), 36.0), (Some("o"), 1.5), (Some(""), 1.0), (None, 9.5)];
const EDUCATION: [(Option<&str>, f64); 13] = [
    (Some("p"), 3.0),
    (Some("m"), 24.0),
    (Some("b"), 31.0),
    (Some("a"), 5.0),
    (Some("hs"), 20.0),
    (Some("jhs"), 2.0),
    (Some("el"), 0.5),
    (Some("none"), 0.5),
    (Some("other"), 2.0),
    (Some(""), 1.0),
    (Some("p_se"), 0.05),
    (Some("p_oth"), 0.05),
    (None, 11.0),
];

/// One invented person with an account.
#[derive(Clone, Debug)]
pub struct Person {
    /// Number among all people of this university.
    pub index: u64,
    /// `auth_user.id`.
    pub id: i64,
    /// Account name, unique.
    pub username: String,
    /// Full name as the profile shows it.
    pub name: String,
    /// E-mail address, unique, never routable.
    pub email: String,
    /// Profile: gender as stored.
    pub gender: Option<&'static str>,
    /// Profile: year of birth.
    pub year_of_birth: Option<i64>,
    /// Profile: level of education as stored.
    pub education: Option<&'static str>,
    /// Profile: country code.
    pub profile_country: Option<&'static str>,
    /// Profile: free text.
    pub goals: &'static str,
    /// Where the person lives, an index of `COUNTRIES`.
    pub country: usize,
    /// Skill on the logit scale, 0 on average.
    pub ability: f64,
    /// When the account was made.
    pub joined: Micros,
    /// E-mail confirmed.
    pub active: bool,
    /// Works for the university.
    pub staff: bool,
    /// Browsers in use.
    pub browsers: Vec<Browser>,
    /// The app, for some.
    pub app: Option<App>,
    /// Address of an office or campus, for some.
    pub second_address: Option<String>,
    /// Leaves the transcript of videos closed.
    pub hides_transcript: bool,
}

impl Person {
    /// The person of a number; `joined_by` is the day of the first event.
    pub fn draw(seed: u64, index: u64, joined_by: Day, staff: bool) -> Self {
        let mut rng = Rng::keyed(seed, Purpose::Person, [index, 1]);
        let rng = &mut rng;
        let country = places::draw_country(rng);
        let retired = !staff && rng.chance(0.003);
        let username =
            if retired { format!("retired__user_{}", rng.hex(40)) } else { username(index, rng) };
        let domain = if retired { "retired.invalid" } else { "mail.example" };
        Self {
            index,
            id: FIRST_ID + 3 * index as i64 + rng.between(0, 2),
            email: format!("{username}@{domain}"),
            name: if retired { String::new() } else { full_name(rng) },
            username,
            gender: stored(&GENDERS, rng),
            year_of_birth: year_of_birth(rng),
            education: stored(&EDUCATION, rng),
            profile_country: profile_country(country, rng),
            goals: if rng.chance(0.9) { GOALS[0] } else { GOALS[rng.below(GOALS.len())] },
            country,
            ability: 0.9 * rng.normal(),
            joined: joined_by * DAY - seconds(rng.exponential(40.0 * 86_400.0)),
            active: staff || rng.chance(0.88),
            staff,
            browsers: (0..1 + rng.below(3)).map(|_| Browser::draw(rng)).collect(),
            app: rng.chance(0.22).then(|| App::draw(rng)),
            second_address: rng.chance(0.4).then(|| office(country, rng)),
            hides_transcript: rng.chance(0.33),
        }
    }

    /// Hours east of Greenwich.
    pub fn offset(&self) -> i64 {
        COUNTRIES[self.country].offset
    }

    /// Accept-Language of the person's browsers.
    pub fn language(&self) -> &'static str {
        COUNTRIES[self.country].language
    }

    /// The address from which the person works on a day: home (renewed every ten weeks or so),
    /// office, abroad, behind a proxy, or one that no database knows.
    pub fn address(&self, seed: u64, day: Day, rng: &mut Rng) -> String {
        let lease = (day + self.index as i64) / 70;
        let mut home = Rng::keyed(seed, Purpose::Person, [self.index, 1000 + lease as u64]);
        if home.chance(0.02) {
            return places::unroutable(&mut home);
        }
        if home.chance(0.04) && (day + self.index as i64) % 70 < 8 {
            return places::address(home.below(COUNTRIES.len()), &mut home);
        }
        let home = places::address(self.country, &mut home);
        match &self.second_address {
            Some(office) if rng.chance(0.35) => office.clone(),
            _ if rng.chance(0.001) => format!("{home}, 10.1.2.3"),
            _ => home,
        }
    }
}

fn stored<'a>(values: &[(Option<&'a str>, f64)], rng: &mut Rng) -> Option<&'a str> {
    let weights: Vec<f64> = values.iter().map(|(_, weight)| *weight).collect();
    values[rng.weighted(&weights)].0
}

/// Letters, digits, `_`, `-`, `.`; the number at the end makes it unique.
fn username(index: u64, rng: &mut Rng) -> String {
    let given = GIVEN[rng.below(24)].to_lowercase();
    let family = FAMILY[rng.below(24)].to_lowercase();
    let separator = ["_", "-", "", "."][rng.weighted(&[5.0, 2.0, 4.0, 0.5])];
    match rng.below(3) {
        0 => format!("{given}{separator}{family}{index}"),
        1 => format!("{}{separator}{family}{index}", &given[..1]),
        _ => format!("{given}{index}"),
    }
}

fn full_name(rng: &mut Rng) -> String {
    if rng.chance(0.012) {
        return (*rng.pick(&ODD_NAMES)).to_owned();
    }
    format!("{} {}", rng.pick(&GIVEN), rng.pick(&FAMILY))
}

fn year_of_birth(rng: &mut Rng) -> Option<i64> {
    match rng.weighted(&[0.12, 0.003, 0.002, 0.875]) {
        0 => None,
        1 => Some(1900),
        2 => Some(2041),
        _ => Some(1996 + ((9.0 * rng.normal()) as i64).clamp(-60, 16)),
    }
}

fn profile_country(country: usize, rng: &mut Rng) -> Option<&'static str> {
    match rng.weighted(&[0.08, 0.01, 0.06, 0.85]) {
        0 => None,
        1 => Some(""),
        2 => Some(COUNTRIES[places::draw_country(rng)].code),
        _ => Some(COUNTRIES[country].code),
    }
}

/// One of a few shared addresses of a country.
fn office(country: usize, rng: &mut Rng) -> String {
    let mut shared = Rng::keyed(country as u64, Purpose::Person, [rng.below(20) as u64, 2]);
    places::address(country, &mut shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn crowd() -> Vec<Person> {
        (0..4000).map(|index| Person::draw(5, index, 20_000, false)).collect()
    }

    #[test]
    fn accounts_are_unique() {
        let crowd = crowd();
        let names: HashSet<_> = crowd.iter().map(|p| p.username.to_lowercase()).collect();
        let ids: HashSet<_> = crowd.iter().map(|p| p.id).collect();
        assert_eq!((names.len(), ids.len()), (crowd.len(), crowd.len()));
        assert!(crowd.iter().all(|p| p.username.chars().count() >= 2 && p.joined <= 20_000 * DAY));
    }

    #[test]
    fn names_exercise_encodings() {
        let crowd = crowd();
        let share = |test: &dyn Fn(&str) -> bool| crowd.iter().filter(|p| test(&p.name)).count();
        assert!((1000..2600).contains(&share(&|name| !name.is_ascii())));
        assert!(share(&|name| name.chars().any(|c| c > '\u{ffff}')) > 0);
        assert!(share(&|name| name.contains('\n')) > 0);
        assert!(crowd.iter().any(|p| p.username.len() == 54));
    }

    #[test]
    fn profiles_have_about_their_shares() {
        let crowd = crowd();
        let women = crowd.iter().filter(|p| p.gender == Some("f")).count();
        assert!((1300..1600).contains(&women), "{women}");
        assert!(crowd.iter().filter(|p| p.education.is_none()).count() > 300);
    }
}
