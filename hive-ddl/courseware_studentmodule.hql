-- The state of each learner in each block of a course; by far the largest table.
-- Made by the import of sqoop-configs/courseware_studentmodule.options: text as mysqldump writes it, so every
-- column is text here, and NULL is the word NULL.
-- Run with: hive --hivevar warehouse=URL -f courseware_studentmodule.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `courseware_studentmodule` (
  `id` STRING,
  `module_type` STRING,
  `module_id` STRING,
  `student_id` STRING,
  `state` STRING,
  `grade` STRING,
  `created` STRING,
  `modified` STRING,
  `max_grade` STRING,
  `done` STRING,
  `course_id` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
WITH SERDEPROPERTIES ('separatorChar' = ',', 'quoteChar' = '\'', 'escapeChar' = '\\')
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/courseware_studentmodule';
