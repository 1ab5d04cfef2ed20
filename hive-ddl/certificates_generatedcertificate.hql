-- Certificates of learners.
-- Made by the import of sqoop-configs/certificates_generatedcertificate.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f certificates_generatedcertificate.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `certificates_generatedcertificate` (
  `user_id` BIGINT,
  `course_id` STRING,
  `grade` STRING,
  `status` STRING,
  `mode` STRING,
  `created_date` STRING,
  `modified_date` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/certificates_generatedcertificate';
