-- Enrollments through an enterprise.
-- Made by the import of sqoop-configs/enterprise_enterprisecourseenrollment.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f enterprise_enterprisecourseenrollment.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `enterprise_enterprisecourseenrollment` (
  `id` BIGINT,
  `created` STRING,
  `modified` STRING,
  `course_id` STRING,
  `enterprise_customer_user_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/enterprise_enterprisecourseenrollment';
