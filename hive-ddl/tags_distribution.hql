CREATE EXTERNAL TABLE IF NOT EXISTS `tags_distribution` (
  `course_id` STRING,
  `org_id` STRING,
  `module_id` STRING,
  `tag_name` STRING,
  `tag_value` STRING,
  `total_submissions` INT,
  `correct_submissions` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/tags_distribution';
