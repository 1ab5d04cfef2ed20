-- Which learner belongs to which enterprise.
-- Made by the import of sqoop-configs/enterprise_enterprisecustomeruser.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f enterprise_enterprisecustomeruser.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `enterprise_enterprisecustomeruser` (
  `id` BIGINT,
  `created` STRING,
  `modified` STRING,
  `user_id` BIGINT,
  `enterprise_customer_id` STRING,
  `linked` BOOLEAN
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/enterprise_enterprisecustomeruser';
