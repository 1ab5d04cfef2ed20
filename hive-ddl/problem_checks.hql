CREATE EXTERNAL TABLE IF NOT EXISTS `problem_checks` (
  `course_id` STRING,
  `problem_id` STRING,
  `username` STRING,
  `timestamp` STRING,
  `data` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/problem_checks';
