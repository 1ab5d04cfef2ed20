-- Prices and stock of products.
-- Made by the import of sqoop-configs/partner_stockrecord.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f partner_stockrecord.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `partner_stockrecord` (
  `id` BIGINT,
  `partner_sku` STRING,
  `price_currency` STRING,
  `price_excl_tax` STRING,
  `price_retail` STRING,
  `cost_price` STRING,
  `num_in_stock` BIGINT,
  `num_allocated` BIGINT,
  `low_stock_threshold` BIGINT,
  `date_created` STRING,
  `date_updated` STRING,
  `partner_id` BIGINT,
  `product_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/partner_stockrecord';
