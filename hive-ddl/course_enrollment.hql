CREATE EXTERNAL TABLE IF NOT EXISTS `course_enrollment` (
  `date` STRING,
  `course_id` STRING,
  `user_id` INT,
  `at_end` TINYINT,
  `change` TINYINT,
  `mode` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_enrollment';
