# The frame around every page, and words that many pages share.

skip = Skip to main content
menu = Open navigation
menu-for = Menu of
navigation = Course reports
crumbs = Where you are
find-course = Find a course
help = Help
support = Contact support
logout = Logout
login = Login
retry = Try again
outdated = Some figures could not be asked for just now. You see the last ones that are known.
read-more = Read more

theme = Colours
theme-system = As my system
theme-light = Light
theme-dark = Dark

nav-courses = Courses
nav-course-home = Course Home
nav-enrollment = Enrollment
nav-activity = Activity
nav-demographics = Demographics
nav-age = Age
nav-education = Education
nav-gender = Gender
nav-geography = Geography
nav-engagement = Engagement
nav-content = Content
nav-videos = Videos
nav-performance = Performance
nav-graded = Graded Content
nav-ungraded = Ungraded Problems
nav-outcomes = Learning Outcomes

section-metrics = Key figures
section-charts = Charts
download-csv = Download CSV
save-chart-svg = Save chart as SVG
save-chart-png = Save chart as PNG
copy-link = Copy link
link-copied = Link copied
about-chart = About this chart
what-is = What is “{ $term }”?
no-data = No data
total = Total
unknown = Unknown
choose-range = Range of days
choose-bins = Width of the bars
range-all = All days
range-12w = 12 weeks
range-4w = 4 weeks

freshness = Data through { $day }, updated { $moment }
freshness-day = Data through { $day }
freshness-moment = Updated { $moment }
updated-engagement = Course engagement data was last updated { $moment }.
updated-problems = Problem submission data was last updated { $moment }.
updated-tags = Tags distribution data was last updated { $moment }.
updated-videos = Video data was last updated { $moment }.
updated-summaries = Course summary data was last updated { $moment }.
updated-enrollment = Enrollment activity data was last updated { $moment }.
updated-demographics = Demographic learner data was last updated { $moment }.
updated-geography = Geographic learner data was last updated { $moment }.
self-reported = All of it was self-reported when learners registered.

table-status = { $rows ->
    [one] 1 row
   *[other] { $rows } rows
 }, page { $page } of { $pages }, sorted by { $column }, { $order ->
    [asc] ascending
   *[desc] descending
 }
table-sizes = Rows on a page
table-pages = Pages of { $title }
table-page = Page { $page }
table-previous = Previous
table-next = Next
table-odd = The address asks for something this table does not have, so you see it from the start.
table-reset = Show the plain table

axis-day = Day (UTC)
axis-learners = Learners
axis-week = Week ending (Sunday, UTC)
axis-viewers = Viewers
axis-average-viewers = Viewers of a video, on average
axis-views = Views
axis-submissions = Submissions
axis-average-submissions = Submissions to a problem, on average
axis-video-time = Time in the video (minutes:seconds)
axis-age = Age in years
axis-percent = Percent
axis-percent-known = Percent of learners who answered
axis-percent-all = Percent of all learners
column-date = Date
column-learners = Number of Learners

missing-empty-title = Nothing to show here yet
missing-empty = The Data API has no figures of this kind for the course. They appear after the next nightly computation that finds learners to count.
missing-lms = The learning platform did not tell what the course consists of. The rest of the page is not affected.
missing-outline = The learning platform knows no outline of this course.
missing-why = Why might figures be missing?
missing-title = These figures could not be loaded
missing-slow = The Data API took too long to answer. The rest of the page is not affected.
missing-down = The Data API cannot be reached at the moment. The rest of the page is not affected.
missing-refused = The Data API refused this site's request. Trying again in a minute may help; if it does not, tell the operators of this site.
missing-nonsense = The Data API's answer makes no sense, so it is not shown. Please tell the operators of this site.

drill-section = Section
drill-subsection = Subsection
drill-video = Video
drill-select-section = Select a section
drill-select-subsection = Select a subsection
drill-select-video = Select a video
drill-all-sections = All sections
drill-type = Assignment type
drill-assignment = Assignment
drill-problem = Problem
drill-question = Question
drill-outcome = Learning outcome
drill-select-type = Select an assignment type
drill-select-assignment = Select an assignment
drill-select-problem = Select a problem
drill-select-question = Select a question
drill-select-outcome = Select an outcome
drill-all-types = All assignment types
drill-all-outcomes = All outcomes
drill-no-figures = (no figures)
drill-previous = Previous
drill-next = Next
view-live = View live
preview = Show it here
empty = (empty)
removed-from-course = Removed from the course
removed-note = “Removed from the course” sums up what was used once and is not in the outline any more.
no-outline = The learning platform did not tell the outline of the course, so names and order are those of the records.
column-order = Order
column-completion = Completion Percentage

language = Language
language-started = { $name } (started)
percent = { $number }%
percent-below-one = < 1%
axis-thousands = { $number }k
axis-millions = { $number }M
axis-billions = { $number }B
moment = { $day } at { $time } UTC
clock-today = { $time } UTC
clock-day = { $day }, { $time } UTC

announcements = Announcements
announcements-none = There are no announcements now.
announcement-hide = Hide
