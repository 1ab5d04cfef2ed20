-- Who consents to what being shared with an enterprise.
-- Made by the import of sqoop-configs/consent_datasharingconsent.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f consent_datasharingconsent.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `consent_datasharingconsent` (
  `id` BIGINT,
  `created` STRING,
  `modified` STRING,
  `username` STRING,
  `granted` BOOLEAN,
  `course_id` STRING,
  `enterprise_customer_id` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/consent_datasharingconsent';
