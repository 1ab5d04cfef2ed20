-- Coupons of the shopping cart.
-- Made by the import of sqoop-configs/shoppingcart_coupon.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f shoppingcart_coupon.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `shoppingcart_coupon` (
  `id` BIGINT,
  `code` STRING,
  `description` STRING,
  `course_id` STRING,
  `percentage_discount` BIGINT,
  `created_at` STRING,
  `is_active` BOOLEAN,
  `expiration_date` STRING,
  `created_by_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/shoppingcart_coupon';
