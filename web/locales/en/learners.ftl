# The learners' lens.

question-learners = How is each learner doing?
nav-learners = Learners
nav-roster = Learner Roster
nav-learners-question = Who is engaged in my course, and who is not?

roster-filters = Search and filter the learners
roster-search = Name, user name or e-mail
roster-cohort = Cohort Groups
roster-track = Enrollment Tracks
roster-segment = Segments
roster-all = All
roster-hide-inactive = Hide Inactive Learners
roster-inactive-hidden = Inactive learners are hidden
roster-help = What the segments and marks mean
roster-results = { $count ->
    [one] 1 learner
   *[other] { $count } learners
 }
roster-days = Activity between { $first } and { $last }.
roster-none = No learner matches. Try another search, or clear the filters.
roster-table = Learners
roster-columns = Columns
roster-column-hide = Hide
roster-column-show = Show
updated-learners = The learner roster was last made on { $day }.
column-learner = Name (Username)
segment-highly-engaged = Highly Engaged
segment-disengaging = Disengaging
segment-struggling = Struggling
segment-inactive = Inactive
segment-unenrolled = Unenrolled
rank-low = low
rank-high = high
not-applicable = N/A

learner-back = Return to Learners
learner-mail = Write an e-mail
learner-table = Daily Activity
learner-chart = What the learner did each day from { $first } to { $last }.
term-discussion-contributions = Discussion Contributions
term-daily-problems-correct = Problems Correct
term-daily-videos-viewed = Videos Viewed
axis-activities = Activities
nothing-learner = There is nothing of this learner yet: the roster is made anew once a week, and days are added every night. Check back daily.
