-- Orders of the shop.
-- Made by the import of sqoop-configs/order_order.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f order_order.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `order_order` (
  `id` BIGINT,
  `number` STRING,
  `currency` STRING,
  `total_incl_tax` STRING,
  `total_excl_tax` STRING,
  `shipping_incl_tax` STRING,
  `shipping_excl_tax` STRING,
  `shipping_method` STRING,
  `shipping_code` STRING,
  `status` STRING,
  `guest_email` STRING,
  `date_placed` STRING,
  `basket_id` BIGINT,
  `billing_address_id` BIGINT,
  `shipping_address_id` BIGINT,
  `site_id` BIGINT,
  `user_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/order_order';
