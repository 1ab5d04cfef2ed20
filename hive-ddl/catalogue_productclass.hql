-- Kinds of products.
-- Made by the import of sqoop-configs/catalogue_productclass.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f catalogue_productclass.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `catalogue_productclass` (
  `id` BIGINT,
  `name` STRING,
  `slug` STRING,
  `requires_shipping` BOOLEAN,
  `track_stock` BOOLEAN
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/catalogue_productclass';
