-- Discounts on orders.
-- Made by the import of sqoop-configs/order_orderdiscount.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f order_orderdiscount.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `order_orderdiscount` (
  `id` BIGINT,
  `category` STRING,
  `offer_id` BIGINT,
  `offer_name` STRING,
  `voucher_id` BIGINT,
  `voucher_code` STRING,
  `frequency` BIGINT,
  `amount` STRING,
  `message` STRING,
  `order_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/order_orderdiscount';
