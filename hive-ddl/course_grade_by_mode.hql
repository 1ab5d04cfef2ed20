CREATE EXTERNAL TABLE IF NOT EXISTS `course_grade_by_mode` (
  `course_id` STRING,
  `mode` STRING,
  `passing_users` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_grade_by_mode';
