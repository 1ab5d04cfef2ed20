-- Who is enrolled in which course, in which mode.
-- Made by the import of sqoop-configs/student_courseenrollment.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f student_courseenrollment.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `student_courseenrollment` (
  `id` BIGINT,
  `user_id` BIGINT,
  `course_id` STRING,
  `created` STRING,
  `is_active` BOOLEAN,
  `mode` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/student_courseenrollment';
