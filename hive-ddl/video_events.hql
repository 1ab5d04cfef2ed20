CREATE EXTERNAL TABLE IF NOT EXISTS `video_events` (
  `user_id` INT,
  `course_id` STRING,
  `encoded_module_id` STRING,
  `timestamp` STRING,
  `event_type` STRING,
  `current_time` DOUBLE,
  `old_time` DOUBLE,
  `code` STRING,
  `duration` DOUBLE
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/video_events';
