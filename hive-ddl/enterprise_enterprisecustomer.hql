-- Enterprises whose people learn here.
-- Made by the import of sqoop-configs/enterprise_enterprisecustomer.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f enterprise_enterprisecustomer.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `enterprise_enterprisecustomer` (
  `created` STRING,
  `modified` STRING,
  `uuid` STRING,
  `name` STRING,
  `active` BOOLEAN,
  `site_id` BIGINT,
  `enable_data_sharing_consent` BOOLEAN,
  `enforce_data_sharing_consent` STRING,
  `enable_audit_enrollment` BOOLEAN,
  `enable_audit_data_reporting` BOOLEAN
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/enterprise_enterprisecustomer';
