CREATE EXTERNAL TABLE IF NOT EXISTS `module_engagement_roster` (
  `course_id` STRING,
  `username` STRING,
  `start_date` STRING,
  `end_date` STRING,
  `email` STRING,
  `name` STRING,
  `enrollment_mode` STRING,
  `enrollment_date` STRING,
  `cohort` STRING,
  `problem_attempts` INT,
  `problems_attempted` INT,
  `problems_completed` INT,
  `problem_attempts_per_completed` FLOAT,
  `videos_viewed` INT,
  `discussion_contributions` INT,
  `segments` STRING,
  `attempt_ratio_order` INT,
  `user_id` INT,
  `language` STRING,
  `location` STRING,
  `year_of_birth` INT,
  `level_of_education` STRING,
  `gender` STRING,
  `mailing_address` STRING,
  `city` STRING,
  `country` STRING,
  `goals` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/module_engagement_roster';
