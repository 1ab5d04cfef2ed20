# The engagement lens.

question-engagement = What are learners doing in my course?
nav-content-question = How many learners are interacting with my course?
nav-videos-question = How did learners interact with course videos?

content-summary = { $known ->
    [yes] { $count ->
        [one] 1 learner was active in the week ending { $day }: { $share } of those enrolled.
       *[other] { $count } learners were active in the week ending { $day }: { $share } of those enrolled.
     }
   *[no] { $count ->
        [one] 1 learner was active in the week ending { $day }.
       *[other] { $count } learners were active in the week ending { $day }.
     }
 }
content-chart = Active learners by week, from the week ending { $first } to the one ending { $last }, when { $now } were active. Most were active in the week ending { $peak }: { $most }.
content-table = Content Engagement Breakdown
of-current-learners = { $share } of current learners
week-ending = Week Ending { $day }
column-week = Week Ending
column-active-percent = Percent of Current Learners

videos-summary = { $share } of all views came to the end of their video.
videos-chart = { $count ->
    [one] 1 bar.
   *[other] { $count } bars, from the first to the last in the order of the course.
 } In all, { $share } of the views came to the end.
nothing-videos = Nobody has watched a video here yet. Figures appear after the next nightly computation that finds viewers.
average-complete-views = Average Complete Views
average-incomplete-views = Average Incomplete Views
complete-views = Complete Views
incomplete-views = Incomplete Views
column-section = Section Name
column-subsection = Subsection Name
column-video = Video Name
column-videos = Videos

timeline-summary = { $share } of the viewers saw the end. What was seen most begins at { $time }.
timeline-chart = Views of each part of the video: { $first } viewers at the beginning, { $last } at the end. Most views, { $most }, are of the part at { $time }.
unique-viewers = Unique Viewers
replays = Replays
column-time = Time
