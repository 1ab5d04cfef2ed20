-- Vouchers, and how often they were used.
-- Made by the import of sqoop-configs/voucher_voucher.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f voucher_voucher.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `voucher_voucher` (
  `id` BIGINT,
  `name` STRING,
  `code` STRING,
  `usage` STRING,
  `start_datetime` STRING,
  `end_datetime` STRING,
  `num_basket_additions` BIGINT,
  `num_orders` BIGINT,
  `total_discount` STRING,
  `date_created` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/voucher_voucher';
