# Course home.

question-enrollment = Who are my learners?
nav-activity-question = How many learners are in my course?
nav-age-question = How old are my learners?
nav-education-question = What level of education do my learners have?
nav-gender-question = What is the gender breakdown of my learners?
nav-geography-question = Where are my learners?

facts-title = Basic Course Information
fact-id = Course ID
tools-title = External Tools
tool-instructor = Instructor Dashboard
tool-courseware = Courseware
tool-studio = Studio
status-not-started = Not Started Yet
status-in-progress = In Progress
status-ended = Ended
change-vs-week = { $change } vs 7 days ago
