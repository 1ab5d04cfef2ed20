-- Accounts of the shop.
-- Made by the import of sqoop-configs/ecommerce_user.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f ecommerce_user.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `ecommerce_user` (
  `id` BIGINT,
  `username` STRING,
  `email` STRING,
  `lms_user_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/ecommerce_user';
