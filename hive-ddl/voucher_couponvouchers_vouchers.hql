-- The vouchers of coupon products.
-- Made by the import of sqoop-configs/voucher_couponvouchers_vouchers.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f voucher_couponvouchers_vouchers.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `voucher_couponvouchers_vouchers` (
  `id` BIGINT,
  `couponvouchers_id` BIGINT,
  `voucher_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/voucher_couponvouchers_vouchers';
