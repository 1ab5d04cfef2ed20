CREATE EXTERNAL TABLE IF NOT EXISTS `answer_distribution_per_course` (
  `course_id` STRING,
  `answer` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/answer_distribution_per_course';
