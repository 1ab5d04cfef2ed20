-- What was ordered, one row a line.
-- Made by the import of sqoop-configs/order_line.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f order_line.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `order_line` (
  `id` BIGINT,
  `partner_name` STRING,
  `partner_sku` STRING,
  `partner_line_reference` STRING,
  `partner_line_notes` STRING,
  `title` STRING,
  `upc` STRING,
  `quantity` BIGINT,
  `line_price_incl_tax` STRING,
  `line_price_excl_tax` STRING,
  `line_price_before_discounts_incl_tax` STRING,
  `line_price_before_discounts_excl_tax` STRING,
  `unit_cost_price` STRING,
  `unit_price_incl_tax` STRING,
  `unit_price_excl_tax` STRING,
  `unit_retail_price` STRING,
  `status` STRING,
  `est_dispatch_date` STRING,
  `order_id` BIGINT,
  `partner_id` BIGINT,
  `product_id` BIGINT,
  `stockrecord_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/order_line';
