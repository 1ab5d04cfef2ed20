CREATE EXTERNAL TABLE IF NOT EXISTS `student_engagement_joined_all` (
  `end_date` STRING,
  `course_id` STRING,
  `username` STRING,
  `email` STRING,
  `cohort` STRING,
  `days_active` INT,
  `problems_attempted` INT,
  `problem_attempts` INT,
  `problems_correct` INT,
  `videos_played` INT,
  `forum_posts` INT,
  `forum_responses` INT,
  `forum_comments` INT,
  `forum_upvotes_given` INT,
  `forum_downvotes_given` INT,
  `forum_upvotes_received` INT,
  `forum_downvotes_received` INT,
  `textbook_pages_viewed` INT,
  `last_subsection_viewed` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/student_engagement_joined_all';
