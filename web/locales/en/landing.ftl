# The first page.

landing-title = See how your course is doing
landing-lead = Who enrolls, who stays, what they watch and where they struggle: every figure explained, refreshed every night.
landing-enrollment = Enrollment
landing-enrollment-question = Who are my learners?
landing-enrollment-text = Watch enrollment grow day by day and see ages, education and gender, so that you write for the people who are there.
landing-engagement = Engagement
landing-engagement-question = What are they doing?
landing-engagement-text = Learn which weeks keep learners active, which videos they finish and which they rewind.
landing-performance = Performance
landing-performance-question = How well do they understand?
landing-performance-text = Find the problems that most learners get wrong, and the wrong answers that tell you why.
landing-community = Join the open-source community
landing-help = What each figure means
landing-research = Research with course data

sign-out-title = Sign out?
sign-out-text = Your session ends here and at the learning platform.
