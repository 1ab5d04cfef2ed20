CREATE EXTERNAL TABLE IF NOT EXISTS `module_engagement_summary` (
  `course_id` STRING,
  `username` STRING,
  `start_date` STRING,
  `end_date` STRING,
  `problem_attempts` INT,
  `problems_attempted` INT,
  `problems_completed` INT,
  `problem_attempts_per_completed` FLOAT,
  `videos_viewed` INT,
  `discussion_contributions` INT,
  `days_active` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/module_engagement_summary';
