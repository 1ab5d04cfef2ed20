CREATE EXTERNAL TABLE IF NOT EXISTS `module_engagement_user_segments` (
  `course_id` STRING,
  `username` STRING,
  `start_date` STRING,
  `end_date` STRING,
  `segment` STRING,
  `reason` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/module_engagement_user_segments';
