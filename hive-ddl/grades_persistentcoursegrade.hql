-- Course grades, one row a learner and course with graded activity.
-- Made by the import of sqoop-configs/grades_persistentcoursegrade.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f grades_persistentcoursegrade.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `grades_persistentcoursegrade` (
  `id` BIGINT,
  `user_id` BIGINT,
  `course_id` STRING,
  `course_edited_timestamp` STRING,
  `course_version` STRING,
  `grading_policy_hash` STRING,
  `percent_grade` DOUBLE,
  `letter_grade` STRING,
  `passed_timestamp` STRING,
  `created` STRING,
  `modified` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/grades_persistentcoursegrade';
