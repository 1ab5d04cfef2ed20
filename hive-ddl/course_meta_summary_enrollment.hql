CREATE EXTERNAL TABLE IF NOT EXISTS `course_meta_summary_enrollment` (
  `course_id` STRING,
  `catalog_course_title` STRING,
  `catalog_course` STRING,
  `start_time` TIMESTAMP,
  `end_time` TIMESTAMP,
  `pacing_type` STRING,
  `availability` STRING,
  `enrollment_mode` STRING,
  `count` INT,
  `count_change_7_days` INT,
  `cumulative_count` INT,
  `passing_users` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_meta_summary_enrollment';
