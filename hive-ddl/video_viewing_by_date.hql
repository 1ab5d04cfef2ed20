CREATE EXTERNAL TABLE IF NOT EXISTS `video_viewing_by_date` (
  `user_id` STRING,
  `course_id` STRING,
  `encoded_module_id` STRING,
  `video_duration` DOUBLE,
  `start_timestamp` STRING,
  `start_offset` DOUBLE,
  `end_offset` DOUBLE,
  `reason` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/video_viewing_by_date';
