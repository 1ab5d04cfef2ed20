-- Attributes that products may have.
-- Made by the import of sqoop-configs/catalogue_productattribute.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f catalogue_productattribute.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `catalogue_productattribute` (
  `id` BIGINT,
  `name` STRING,
  `code` STRING,
  `type` STRING,
  `required` BOOLEAN,
  `option_group_id` BIGINT,
  `product_class_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/catalogue_productattribute';
