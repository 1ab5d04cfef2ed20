CREATE EXTERNAL TABLE IF NOT EXISTS `grade_distribution` (
  `module_id` STRING,
  `course_id` STRING,
  `grade` DOUBLE,
  `max_grade` DOUBLE,
  `count` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/grade_distribution';
