-- Items that are certificates.
-- Made by the import of sqoop-configs/shoppingcart_certificateitem.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f shoppingcart_certificateitem.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `shoppingcart_certificateitem` (
  `orderitem_ptr_id` BIGINT,
  `course_id` STRING,
  `course_enrollment_id` BIGINT,
  `mode` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/shoppingcart_certificateitem';
