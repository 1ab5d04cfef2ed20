-- Items that are registration codes.
-- Made by the import of sqoop-configs/shoppingcart_courseregcodeitem.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f shoppingcart_courseregcodeitem.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `shoppingcart_courseregcodeitem` (
  `orderitem_ptr_id` BIGINT,
  `course_id` STRING,
  `mode` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/shoppingcart_courseregcodeitem';
