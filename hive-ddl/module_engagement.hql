CREATE EXTERNAL TABLE IF NOT EXISTS `module_engagement` (
  `course_id` STRING,
  `username` STRING,
  `date` STRING,
  `entity_type` STRING,
  `entity_id` STRING,
  `event` STRING,
  `count` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/module_engagement';
