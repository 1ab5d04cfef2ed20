CREATE EXTERNAL TABLE IF NOT EXISTS `tags_distribution_by_day` (
  `course_id` STRING,
  `org_id` STRING,
  `module_id` STRING,
  `timestamp` STRING,
  `saved_tags` STRING,
  `total_submissions` INT,
  `correct_submissions` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/tags_distribution_by_day';
