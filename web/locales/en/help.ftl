# What each figure means. term-NAME is its label everywhere, about-NAME its definition.

help-title = Help
help-intro = Every figure of this site, with what it counts, what it is a share of and how fresh it is.

help-courses = Course list
help-courses-intro = The list adds up the courses that are shown, after search and filters. It is refreshed once a night.
term-all-total-enrollment = Total Enrollment
about-all-total-enrollment = Learners who ever enrolled in the listed courses, whether or not they left again. Who enrolled in two courses counts twice.
term-all-current-enrollment = Current Enrollment
about-all-current-enrollment = Learners who are enrolled in the listed courses now. Who is enrolled in two courses counts twice.
term-all-change-last-week = Change in Last Week
about-all-change-last-week = Current enrollment of the listed courses, minus what it was seven days before.
term-all-verified-enrollment = Verified Enrollment
about-all-verified-enrollment = Learners of the listed courses who are enrolled in the verified mode now.
term-all-masters-enrollment = Master's Enrollment
about-all-masters-enrollment = Learners of the listed courses who are enrolled as part of a master's program now.
term-passing-learners = Passing Learners
about-passing-learners = Learners whose grade has reached the course's pass mark. Courses without grades show a dash.
term-availability = Availability
about-availability = Whether the catalogue calls the course archived, current or upcoming. Unknown means that the catalogue says nothing.
term-pacing = Pacing Type
about-pacing = Instructor-paced courses have due dates; in self-paced ones learners choose their own speed.

help-course-home = Course home
help-course-home-intro = The figures that matter most, each leading to the report behind it.
term-course-current = Current Enrollment
about-course-current = Learners enrolled at the end of the last day that was computed, with the change against seven days before and the last 60 days as a line.
term-course-passing = Passing Learners
about-course-passing = Learners whose grade has reached the course's pass mark when the figures were last computed.
term-course-status = Status
about-course-status = Not Started Yet before the start date, In Progress until the end date, Ended after it. Without a start date it is not known.

help-enrollment-activity = Enrollment activity
help-enrollment-activity-intro = How many learners are enrolled, day by day and by enrollment mode. Figures are computed once a night from the enrollment events of the learning platform; days end at 23:59 UTC.
term-total-enrollment = Total Enrollment
about-total-enrollment = Learners who ever enrolled, whether or not they left again.
term-current-enrollment = Current Enrollment
about-current-enrollment = Learners who were enrolled at 23:59 UTC of the last day that was computed.
term-change-last-week = Change in Last Week
about-change-last-week = Current enrollment minus that of seven days before. It is known once there are eight days of data.
term-verified-enrollment = Verified Enrollment
about-verified-enrollment = Learners who are enrolled in the verified mode, that is, who work for a verified certificate.
term-masters-enrollment = Master's Enrollment
about-masters-enrollment = Learners who are enrolled as part of a master's program.
term-daily-enrollment = Daily Learner Enrollment
about-daily-enrollment = Enrolled learners at the end of each day, stacked by enrollment mode. A learner has exactly one mode a day. A day without a computed figure repeats the day before. Learners in a mode without a name here count in the total but in no layer.
term-who-counts = Who counts
about-who-counts = Everyone who is enrolled: members of the course team and beta testers too, and accounts that were not activated yet.

help-demographics-age = Learners' age
help-demographics-age-intro = Computed once a night from the year of birth that learners gave when they registered. Giving one is optional.
term-median-age = Median Learner Age
about-median-age = The age that as many learners are above as below. It is the mean of two ages if it falls between them. Age is the current year minus the year of birth.
term-age-25-under = Learners 25 and Under
about-age-25-under = The share of learners who are 25 or younger, among those who gave a year of birth.
term-age-26-40 = Learners 26 to 40
about-age-26-40 = The share of learners who are 26 to 40, among those who gave a year of birth.
term-age-41-over = Learners 41 and Over
about-age-41-over = The share of learners who are 41 or older, among those who gave a year of birth.
term-age-unknown = Did Not Say
about-age-unknown = The share of all learners who gave no year of birth, or one that lies in the future.
term-age-chart = Learner Ages
about-age-chart = Learners of each age, among those who gave a year of birth. All above 100 are counted with 100. Bars are five years wide unless you choose single years.

help-demographics-education = Learners' education
help-demographics-education-intro = Computed once a night from the highest level of education that learners stated when they registered. Stating one is optional.
term-education-school = High School Diploma or Less
about-education-school = None, primary, middle and secondary school, as a share of learners who stated a level.
term-education-college = College Degree
about-education-college = Associate and bachelor's degrees, as a share of learners who stated a level.
term-education-advanced = Advanced Degree
about-education-advanced = Master's degrees and doctorates, as a share of learners who stated a level.
term-education-rest = Other or Not Stated
about-education-rest = Learners whose level is Other, and those who stated none, as a share of all learners.
term-education-chart = Learner Education
about-education-chart = Each level as a share of learners who stated one.

help-demographics-gender = Learners' gender
help-demographics-gender-intro = Computed once a night from the gender that learners stated when they registered. Stating one is optional.
term-gender-unknown = Not Reported
about-gender-unknown = The share of all learners who stated no gender, on the last day that was computed.
term-gender-chart = Learner Gender
about-gender-chart = Female, male and other as shares of learners who stated a gender, on the last day that was computed.
term-gender-over-time = Gender Over Time
about-gender-over-time = All learners of each day: female, male, other and those who stated nothing add up to 100 percent.

help-no-data = When figures are missing
help-no-data-intro = A report without figures says why. These are the usual reasons.
term-no-data-yet = The course is new
about-no-data-yet = Figures are computed once a night. A course that opened today, or whose first learner enrolled today, has them tomorrow.
term-no-data-few = Nobody to count
about-no-data-few = Very few learners are enrolled, or none of them did what the report counts.
term-no-data-old = The course is very old
about-no-data-old = Courses that ended before December 2013 left records of another form, which cannot be counted.
term-no-data-failed = The figures cannot be reached
about-no-data-failed = The service that keeps the figures is down or slow. The page then says so and offers to try again; nothing is lost.
