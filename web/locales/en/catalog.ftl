# The course index.

catalog-title = Courses
catalog-cards = Across the courses listed below
catalog-filters = Search and filter courses
catalog-search = Search titles and ids
catalog-apply = Show
catalog-results = Number of results: { $count }
catalog-results-csv = Download these results
catalog-active = Filters in force
catalog-remove = Remove filter { $filter }
catalog-clear = Clear
catalog-none = No courses matched. Try other words, or clear the filters.
catalog-table = Courses
programs-missing = The list of programs could not be loaded, so there is no filter for it.

filter-availability = Availability
filter-pacing = Pacing Type
filter-program = Programs
availability-archived = Archived
availability-current = Current
availability-upcoming = Upcoming
availability-unknown = Unknown
pacing-instructor = Instructor-Paced
pacing-instructor-paced = Instructor-Paced
pacing-self = Self-Paced
pacing-self-paced = Self-Paced

column-course = Course Name
column-start = Start Date
column-end = End Date
no-date = no date
column-change = Change Last Week

programs = Programs
programs-all = What each program adds up to
programs-summary = What the courses that you may see add up to, program by program. Each leads to its courses.
programs-table = Programs
column-program = Program
column-courses = Courses
nothing-programs = None of your courses is part of a program, or the catalogue has not told of it yet.
