CREATE EXTERNAL TABLE IF NOT EXISTS `sequential_open_distribution` (
  `module_id` STRING,
  `course_id` STRING,
  `count` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/sequential_open_distribution';
