-- Which coupon served for which order.
-- Made by the import of sqoop-configs/shoppingcart_couponredemption.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f shoppingcart_couponredemption.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `shoppingcart_couponredemption` (
  `id` BIGINT,
  `coupon_id` BIGINT,
  `order_id` BIGINT,
  `user_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/shoppingcart_couponredemption';
