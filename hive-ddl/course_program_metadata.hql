CREATE EXTERNAL TABLE IF NOT EXISTS `course_program_metadata` (
  `course_id` STRING,
  `program_id` STRING,
  `program_type` STRING,
  `program_title` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_program_metadata';
