CREATE EXTERNAL TABLE IF NOT EXISTS `module_engagement_metric_ranges` (
  `course_id` STRING,
  `start_date` STRING,
  `end_date` STRING,
  `metric` STRING,
  `range_type` STRING,
  `low_value` FLOAT,
  `high_value` FLOAT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/module_engagement_metric_ranges';
