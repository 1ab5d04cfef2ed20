-- The attributes of products.
-- Made by the import of sqoop-configs/catalogue_productattributevalue.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f catalogue_productattributevalue.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `catalogue_productattributevalue` (
  `id` BIGINT,
  `value_text` STRING,
  `value_integer` BIGINT,
  `value_boolean` BOOLEAN,
  `value_float` DOUBLE,
  `value_richtext` STRING,
  `value_date` STRING,
  `value_file` STRING,
  `value_image` STRING,
  `entity_object_id` BIGINT,
  `attribute_id` BIGINT,
  `entity_content_type_id` BIGINT,
  `product_id` BIGINT,
  `value_option_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/catalogue_productattributevalue';
