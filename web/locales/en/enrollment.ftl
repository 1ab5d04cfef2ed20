# Enrollment: activity, demographics and geography.

mode-honor = Honor
mode-audit = Audit
mode-verified = Verified
mode-professional = Professional
mode-credit = Verified with Credit
mode-masters = Master's

activity-summary = { $count ->
    [one] 1 learner is enrolled.
   *[other] { $count } learners are enrolled.
 }
activity-summary-same = { $count ->
    [one] 1 learner is enrolled, as many as 7 days ago.
   *[other] { $count } learners are enrolled, as many as 7 days ago.
 }
activity-summary-more = { $count ->
    [one] 1 learner is enrolled, { $change } more than 7 days ago.
   *[other] { $count } learners are enrolled, { $change } more than 7 days ago.
 }
activity-summary-fewer = { $count ->
    [one] 1 learner is enrolled, { $change } fewer than 7 days ago.
   *[other] { $count } learners are enrolled, { $change } fewer than 7 days ago.
 }
activity-chart = From { $first } to { $last }, enrollment went from { $from } to { $to }; it was highest on { $peak } with { $most }. The table below holds every day.
activity-table = Enrollment Over Time
change-unknown = known after 8 days of data
change-none = ▬ unchanged vs 7 days ago
change-up = ▲ more than 7 days ago
change-down = ▼ fewer than 7 days ago

known-share = { $share } of learners answered ({ $known } of { $total }).
base-all = of all learners
base-known-age = of learners who gave a year of birth
base-known-education = of learners who stated a level
column-percent-all = Percent of Total
column-percent-known = Percent of Those Who Stated a Level

age-summary = Half of the learners are { $median } or younger; { $known } of { $total } gave a year of birth.
age-summary-unknown = No learner gave a usable year of birth.
age-chart-about = Ages of { $known } learners; most are { $age }, with { $most } learners. The table below holds every age.
age-bins-5 = 5 years
age-bins-1 = Single years
age-table = Age Breakdown
column-age = Age

education-summary = { $share } of the { $known } learners who stated a level hold a college or advanced degree.
education-summary-unknown = No learner stated a level of education.
education-chart-about = The most frequent level is { $level } with { $share }. The table below holds every level.
education-table = Educational Background
column-education = Educational Background
education-level-none = None
education-level-primary = Primary
education-level-junior-secondary = Middle
education-level-secondary = Secondary
education-level-associates = Associate
education-level-bachelors = Bachelor's
education-level-masters = Master's
education-level-doctorate = Doctorate
education-level-other = Other

gender-female = Female
gender-male = Male
gender-other = Other
gender-not-reported = Not Reported
gender-summary = Of the { $known } learners who answered, { $female } are female, { $male } male and { $other } other.
gender-summary-unknown = No learner has stated a gender.
gender-time-about = Shares of female, male, other and unstated from { $first } to { $last }. The table below holds every day.
gender-table = Gender Breakdown Over Time

unknown-country = Unknown Country
geography-summary = { $country } has the most learners, { $share } of all; { $countries ->
    [one] 1 country or region is represented.
   *[other] { $countries } countries or regions are represented.
 }
geography-summary-unknown = No learner's country is known.
geography-map-about = { $countries ->
    [one] Learners come from 1 country or region
   *[other] Learners come from { $countries } countries or regions
 }, the largest group from { $country }, with { $most }. The table below holds every country.
geography-map-unknown = A map without figures: no learner's country is known.
geography-top-about = The first is { $country } with { $most }, the last { $last } with { $least }. The table below holds every country.
geography-note-unknown = The country of { $unknown } of { $total } learners is not known.
geography-note-small = { $count ->
    [one] 1 country or region is too small for the map, but stands in the table.
   *[other] { $count } countries or regions are too small for the map, but stand in the table.
 }
geography-tip = { $country }: { $count } ({ $share })
geography-table = Geographic Breakdown
share-of-learners = { $share } of learners
no-learners = No learners
column-country = Country or Region
column-percent = Percent
