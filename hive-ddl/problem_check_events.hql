CREATE EXTERNAL TABLE IF NOT EXISTS `problem_check_events` (
  `course_id` STRING,
  `answer_id` STRING,
  `timestamp` STRING,
  `answer` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/problem_check_events';
