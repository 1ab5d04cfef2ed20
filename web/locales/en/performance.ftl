# The performance lens.

question-performance = How are learners doing on course assignments?
nav-graded-question = How are learners doing on graded course assignments?
nav-ungraded-question = How are learners doing on ungraded exercises?
nav-outcomes-question = What is the breakdown for course learning outcomes?

responses-question = How did each learner respond to each problem?

policy-title = Grading Policy
policy-summary = What each type of assignment counts for. Each leads to its assignments.

submissions-summary = { $share } of the submissions are right.
submissions-chart = { $count ->
    [one] 1 bar.
   *[other] { $count } bars, from the first to the last in the order of the course.
 } In all, { $share } of the submissions are right.
nothing-policy = The course has no grading policy, or the learning platform knows none.
nothing-assignments = Nobody has submitted anything to these assignments yet.
nothing-problems = Nobody has submitted anything to these exercises yet.
nothing-outcomes = No problem of this course is tagged with a learning outcome, or nobody has tried one yet.

average-correct = Average Correct
average-incorrect = Average Incorrect
correct = Correct
incorrect = Incorrect
column-assignment = Assignment Name
column-problem = Problem Name
column-problems = Problems
column-outcome = Outcome Name
column-difficulty = Difficulty
column-average-submissions = Average Submissions Per Problem
column-total = Total
column-percentage-correct = Percentage Correct

answers-title = Submissions
answers-title-text = Submissions: { $text }
answers-title-part = Submissions for Part { $part }
answers-title-part-text = Submissions for Part { $part }: { $text }
answers-table = Submission Counts
answers-chart = The { $count } most frequent answers, the most frequent first, which { $most } gave. { $right } submissions are right.
answers-random = Learners get different versions of this problem, so that its answers cannot be drawn side by side. The table tells the version of each.
answer-is = Answer: { $text }
column-answer = Answer
column-variant = Variant
column-submissions = Submission Count
