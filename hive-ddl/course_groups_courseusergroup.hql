-- Cohorts and other groups of a course.
-- Made by the import of sqoop-configs/course_groups_courseusergroup.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f course_groups_courseusergroup.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `course_groups_courseusergroup` (
  `id` BIGINT,
  `name` STRING,
  `course_id` STRING,
  `group_type` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/course_groups_courseusergroup';
