CREATE EXTERNAL TABLE IF NOT EXISTS `course_list` (
  `course_id` STRING,
  `name` STRING,
  `org` STRING,
  `number` STRING,
  `blocks_url` STRING,
  `short_description` STRING,
  `enrollment_start` TIMESTAMP,
  `enrollment_end` TIMESTAMP,
  `start_date` TIMESTAMP,
  `end_date` TIMESTAMP,
  `start_display` STRING,
  `start_type` STRING,
  `effort` STRING,
  `pacing` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_list';
