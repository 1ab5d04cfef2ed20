-- Partners who sell courses.
-- Made by the import of sqoop-configs/partner_partner.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f partner_partner.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `partner_partner` (
  `id` BIGINT,
  `code` STRING,
  `name` STRING,
  `short_code` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/partner_partner';
