//! Figures and days as readers of a language write them (spec 60 §2.0, §6.1).

use std::cmp::Ordering;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use icu_calendar::{Date, Gregorian};
use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_datetime::fieldsets::{T, YM, YMD};
use icu_datetime::{FixedCalendarDateTimeFormatter, NoCalendarFormatter};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use icu_time::Time;
use intl_memoizer::Memoizable;
use unic_langid::LanguageIdentifier;

use super::languages::ShortDays;
use super::{Language, LanguageError, Texts};

/// What keeps a sign before its digits in a line from right to left.
const LEFT_TO_RIGHT: &str = "\u{200e}";

/// How a language writes whole numbers.
pub(super) struct Numbers {
    decimals: DecimalFormatter,
    right_to_left: bool,
}

impl Numbers {
    fn of(language: &Language) -> Result<Self, String> {
        let decimals = DecimalFormatter::try_new((&locale(language)?).into(), Default::default());
        let decimals = decimals.map_err(|error| error.to_string())?;
        Ok(Self { decimals, right_to_left: language.is_right_to_left() })
    }

    /// `12,345`; negative numbers carry a real minus sign.
    pub(super) fn whole(&self, value: i64) -> String {
        self.scaled(value, 0)
    }

    /// A number of tenths (1) or hundredths (2).
    fn scaled(&self, value: i64, digits: i16) -> String {
        let mut amount = Decimal::from(value.unsigned_abs());
        amount.multiply_pow10(-digits);
        let text = self.decimals.format(&amount).to_string();
        if value < 0 { self.signed("−", &text) } else { text }
    }

    /// A number of hundredths, without needless zeros.
    fn shortest(&self, hundredths: i64) -> String {
        match (hundredths % 100, hundredths % 10) {
            (0, _) => self.whole(hundredths / 100),
            (_, 0) => self.scaled(hundredths / 10, 1),
            _ => self.scaled(hundredths, 2),
        }
    }

    fn signed(&self, sign: &str, digits: &str) -> String {
        let mark = if self.right_to_left { LEFT_TO_RIGHT } else { "" };
        format!("{mark}{sign}{digits}")
    }
}

/// Within texts; the same digits as everywhere.
impl Memoizable for Numbers {
    type Args = ();
    type Error = String;

    fn construct(plurals: LanguageIdentifier, (): ()) -> Result<Self, String> {
        let language = Language::with_plurals(&plurals);
        Self::of(&language.ok_or_else(|| format!("{plurals} is no language of the site"))?)
    }
}

fn locale(language: &Language) -> Result<Locale, String> {
    language.locale.parse().map_err(|error| format!("{}: {error}", language.locale))
}

/// How a language writes numbers, days and times, and which name comes first.
pub(super) struct Figures {
    numbers: Numbers,
    long: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    short: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    month: FixedCalendarDateTimeFormatter<Gregorian, YM>,
    time: NoCalendarFormatter<T>,
    collator: CollatorBorrowed<'static>,
}

impl Figures {
    pub(super) fn of(language: &Language) -> Result<Self, LanguageError> {
        let missing = |reason: String| LanguageError::Figures { tag: language.tag, reason };
        Self::of_locales(language).map_err(missing)
    }

    fn of_locales(language: &Language) -> Result<Self, String> {
        let said = |error: &dyn std::error::Error| error.to_string();
        let locale = locale(language)?;
        let (day, month) = match language.short {
            ShortDays::Long => (YMD::long(), YM::long()),
            ShortDays::DayFirst | ShortDays::Medium => (YMD::medium(), YM::medium()),
        };
        Ok(Self {
            numbers: Numbers::of(language)?,
            long: FixedCalendarDateTimeFormatter::try_new((&locale).into(), YMD::long())
                .map_err(|error| said(&error))?,
            short: FixedCalendarDateTimeFormatter::try_new((&locale).into(), day)
                .map_err(|error| said(&error))?,
            month: FixedCalendarDateTimeFormatter::try_new((&locale).into(), month)
                .map_err(|error| said(&error))?,
            time: NoCalendarFormatter::try_new((&locale).into(), T::hm())
                .map_err(|error| said(&error))?,
            collator: Collator::try_new((&locale).into(), CollatorOptions::default())
                .map_err(|error| said(&error))?,
        })
    }

    pub(super) fn compare(&self, a: &str, b: &str) -> Ordering {
        self.collator.compare(a, b)
    }
}

impl Texts {
    /// `12,345`; negative numbers carry a real minus sign.
    pub fn number(&self, value: i64) -> String {
        self.figures.numbers.whole(value)
    }

    /// One decimal unless it is `.0`: ages such as `26` and `26.5`.
    pub fn half(&self, value: f64) -> String {
        if value.fract() == 0.0 { self.number(value as i64) } else { self.decimal(value) }
    }

    /// `+41`, `−7`, `0`.
    pub fn change(&self, value: i64) -> String {
        let text = self.number(value);
        if value > 0 { self.figures.numbers.signed("+", &text) } else { text }
    }

    /// A number with one decimal: `1,234.5`; halves are rounded up, as readers do.
    pub fn decimal(&self, value: f64) -> String {
        self.figures.numbers.scaled((value * 10.0).round() as i64, 1)
    }

    /// A share of 0…1 in a table: `0.0%`, `< 1%`, `39.6%`.
    pub fn percent(&self, share: f64) -> String {
        self.small_or(share, |percent| self.decimal(percent))
    }

    /// The same share on a card, where nothing is plainly `0%`.
    pub fn card_percent(&self, share: f64) -> String {
        if share == 0.0 { self.whole_percent(0.0) } else { self.percent(share) }
    }

    /// The same share in a sentence or note: `0%`, `< 1%`, `40%`.
    pub fn whole_percent(&self, share: f64) -> String {
        self.small_or(share, |percent| self.number(percent.round() as i64))
    }

    fn small_or(&self, share: f64, number: impl Fn(f64) -> String) -> String {
        let percent = share * 100.0;
        if percent > 0.0 && percent < 1.0 {
            return self.say("percent-below-one");
        }
        self.beside("percent", &number(percent))
    }

    /// A number on an axis, where room is short: `950`, `12.5k`, `3M`.
    pub fn axis(&self, value: f64) -> String {
        let (scaled, text) = match value.abs() {
            v if v >= 1e9 => (value / 1e9, "axis-billions"),
            v if v >= 1e6 => (value / 1e6, "axis-millions"),
            v if v >= 1e4 => (value / 1e3, "axis-thousands"),
            _ => return self.shortest(value),
        };
        self.beside(text, &self.shortest(scaled))
    }

    /// A number with the sign or word that belongs to it, which nothing may part.
    fn beside(&self, text: &str, number: &str) -> String {
        self.say_of(text, "number", number).replace(['\u{2068}', '\u{2069}'], "")
    }

    /// A percentage on an axis: `0.25%`, `50%`.
    pub fn axis_percent(&self, percent: f64) -> String {
        self.beside("percent", &self.shortest(percent))
    }

    fn shortest(&self, value: f64) -> String {
        self.figures.numbers.shortest((value * 100.0).round() as i64)
    }

    /// `January 1, 2014`.
    pub fn long_date(&self, day: NaiveDate) -> String {
        written(&self.figures.long, day)
    }

    /// `1 Jan 2014`.
    pub fn short_date(&self, day: NaiveDate) -> String {
        match self.language.short {
            ShortDays::DayFirst => format!("{} {}", day.day(), self.month(day)),
            ShortDays::Medium | ShortDays::Long => written(&self.figures.short, day),
        }
    }

    /// `Jan 2014`.
    pub fn month(&self, day: NaiveDate) -> String {
        let months = &self.figures.month;
        gregorian(day).map_or_else(|| day.to_string(), |date| months.format(&date).to_string())
    }

    /// `January 2, 2014 at 3:04 AM UTC`.
    pub fn moment(&self, at: NaiveDateTime) -> String {
        let time = Time::try_new(at.hour() as u8, at.minute() as u8, 0, 0);
        // The narrow space before AM and PM is not in every font.
        let time = time.map_or_else(
            |_| at.format("%H:%M").to_string(),
            |time| self.figures.time.format(&time).to_string().replace('\u{202f}', " "),
        );
        let day = self.long_date(at.date());
        self.say_with("moment", &[("day", day.into()), ("time", time.into())])
    }

    /// `03:04 UTC`, with the day before it unless it is today.
    pub fn clock(&self, at: NaiveDateTime, now: DateTime<Utc>) -> String {
        let time = at.format("%H:%M").to_string();
        if at.date() == now.date_naive() {
            return self.say_of("clock-today", "time", &time);
        }
        let day = self.short_date(at.date());
        self.say_with("clock-day", &[("day", day.into()), ("time", time.into())])
    }
}

fn written(formatter: &FixedCalendarDateTimeFormatter<Gregorian, YMD>, day: NaiveDate) -> String {
    gregorian(day).map_or_else(|| day.to_string(), |date| formatter.format(&date).to_string())
}

/// A day of the calendar in use everywhere the platform is; what lies outside of it is written by its numbers.
fn gregorian(day: NaiveDate) -> Option<Date<Gregorian>> {
    Date::try_new_gregorian(day.year(), day.month() as u8, day.day() as u8).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Languages;
    use super::*;

    fn english() -> Texts {
        Texts::english().unwrap()
    }

    #[test]
    fn numbers() {
        let texts = english();
        let numbers = [0, 7, 999, 1000, 12345, -1234567, i64::MIN].map(|value| texts.number(value));
        assert_eq!(
            numbers.join(" | "),
            "0 | 7 | 999 | 1,000 | 12,345 | −1,234,567 | −9,223,372,036,854,775,808"
        );
        assert_eq!([41, 0, -7].map(|value| texts.change(value)), ["+41", "0", "−7"]);
        assert_eq!([26.0, 26.5].map(|value| texts.half(value)), ["26", "26.5"]);
        let decimals = [0.0, 12345.67, -0.25].map(|value| texts.decimal(value));
        assert_eq!(decimals, ["0.0", "12,345.7", "−0.3"]);
    }

    #[test]
    fn shares() {
        let texts = english();
        let shares = [0.0, 0.004, 0.01, 0.396, 1.0].map(|share| texts.percent(share));
        assert_eq!(shares, ["0.0%", "< 1%", "1.0%", "39.6%", "100.0%"]);
        let cards = [0.0, 0.004, 0.565].map(|share| texts.card_percent(share));
        assert_eq!(cards, ["0%", "< 1%", "56.5%"]);
        let whole = [0.0, 0.004, 0.566].map(|share| texts.whole_percent(share));
        assert_eq!(whole, ["0%", "< 1%", "57%"]);
    }

    #[test]
    fn axis_numbers() {
        let texts = english();
        let numbers =
            [0.0, 0.5, 950.0, 2500.0, 12_500.0, 3e6, 2.5e9].map(|value| texts.axis(value));
        assert_eq!(numbers.join(" "), "0 0.5 950 2,500 12.5k 3M 2.5B");
    }

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2014, 1, 2).unwrap()
    }

    #[test]
    fn days_and_moments() {
        let texts = english();
        let at = day().and_hms_opt(3, 4, 5).unwrap();
        assert_eq!(texts.long_date(day()), "January 2, 2014");
        assert_eq!(texts.short_date(day()), "2 Jan 2014");
        let in_autumn = day() + chrono::Months::new(8);
        assert_eq!(
            (texts.short_date(in_autumn), texts.month(in_autumn)),
            ("2 Sep 2014".into(), "Sep 2014".into())
        );
        assert_eq!(texts.moment(at), "January 2, 2014 at 3:04 AM UTC");
        assert_eq!(texts.clock(at, at.and_utc()), "03:04 UTC");
        let later = at.and_utc() + chrono::Duration::days(2);
        assert_eq!(texts.clock(at, later), "2 Jan 2014, 03:04 UTC");
    }

    #[test]
    fn every_language_has_its_own_way() {
        let languages = Languages::new().unwrap();
        let told = ["es-419", "ar"].map(|tag| {
            let texts = languages.choose(Some(tag), None, None);
            let at = day().and_hms_opt(15, 4, 5).unwrap();
            [
                texts.number(-12345),
                texts.percent(0.396),
                texts.axis(12_500.0),
                texts.long_date(day()),
                texts.short_date(day()),
                texts.moment(at),
                texts.say_with(
                    "table-status",
                    &[
                        ("rows", 1234.into()),
                        ("page", 1.into()),
                        ("pages", 2.into()),
                        ("column", "X".into()),
                        ("order", "asc".into()),
                    ],
                ),
            ]
            .join("\n")
        });
        let marks = [("\u{2068}", "{"), ("\u{2069}", "}"), ("\u{200e}", ">"), ("\u{200f}", "<")];
        let told =
            marks.iter().fold(told.join("\n\n"), |told, (mark, sign)| told.replace(mark, sign));
        insta::assert_snapshot!(told, @r"
        −12,345
        39.6%
        12.5 mil
        2 de enero de 2014
        2 ene 2014
        2 de enero de 2014, 3:04 p.m. UTC
        1,234 filas, página 1 de 2, orden por X, ascendente

        >−12,345
        39.6%
        12.5 ألف
        2 يناير 2014
        2 يناير 2014
        <{2 يناير 2014}، {3:04 م} UTC
        {{1,234} صف}، الصفحة {1} من {2}، الترتيب حسب {X}، {تصاعديًا}
        ");
    }

    #[test]
    fn names_are_ordered_as_readers_look_for_them() {
        let languages = Languages::new().unwrap();
        let sorted = |tag: &str, names: &str| {
            let texts = languages.choose(Some(tag), None, None);
            let mut names: Vec<_> = names.split(' ').collect();
            names.sort_by(|a, b| texts.compare(a, b));
            names.join(" ")
        };
        assert_eq!(sorted("en", "zebra Über apple Apple"), "apple Apple Über zebra");
        assert_eq!(sorted("es-419", "nz ñandú oso nube"), "nube nz ñandú oso");
    }
}
