-- Seats bought for a course, before a run of it is chosen.
-- Made by the import of sqoop-configs/entitlements_courseentitlement.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f entitlements_courseentitlement.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `entitlements_courseentitlement` (
  `id` BIGINT,
  `uuid` STRING,
  `course_uuid` STRING,
  `user_id` BIGINT,
  `enrollment_course_run_id` BIGINT,
  `order_number` STRING,
  `expired_at` STRING,
  `created` STRING,
  `modified` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/entitlements_courseentitlement';
