CREATE EXTERNAL TABLE IF NOT EXISTS `course_activity` (
  `course_id` STRING,
  `interval_start` TIMESTAMP,
  `interval_end` TIMESTAMP,
  `label` STRING,
  `count` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_activity';
