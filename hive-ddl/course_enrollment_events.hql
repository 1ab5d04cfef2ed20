CREATE EXTERNAL TABLE IF NOT EXISTS `course_enrollment_events` (
  `course_id` STRING,
  `user_id` INT,
  `timestamp` STRING,
  `event_type` STRING,
  `mode` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_enrollment_events';
