-- Products: seats, entitlements, codes.
-- Made by the import of sqoop-configs/catalogue_product.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f catalogue_product.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `catalogue_product` (
  `id` BIGINT,
  `structure` STRING,
  `upc` STRING,
  `title` STRING,
  `slug` STRING,
  `description` STRING,
  `rating` DOUBLE,
  `date_created` STRING,
  `date_updated` STRING,
  `is_discountable` BOOLEAN,
  `parent_id` BIGINT,
  `product_class_id` BIGINT,
  `course_id` STRING,
  `expires` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/catalogue_product';
