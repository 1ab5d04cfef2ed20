-- Which coupon product holds vouchers.
-- Made by the import of sqoop-configs/voucher_couponvouchers.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f voucher_couponvouchers.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `voucher_couponvouchers` (
  `id` BIGINT,
  `coupon_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/voucher_couponvouchers';
