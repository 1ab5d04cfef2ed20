CREATE EXTERNAL TABLE IF NOT EXISTS `enrollment_validation_events` (
  `course_id` STRING,
  `user_id` STRING,
  `timestamp` STRING,
  `event_type` STRING,
  `mode` STRING,
  `info` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/enrollment_validation_events';
