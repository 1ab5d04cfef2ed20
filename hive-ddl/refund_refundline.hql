-- What was refunded, one row a line.
-- Made by the import of sqoop-configs/refund_refundline.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f refund_refundline.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `refund_refundline` (
  `id` BIGINT,
  `line_credit_excl_tax` STRING,
  `quantity` BIGINT,
  `status` STRING,
  `order_line_id` BIGINT,
  `refund_id` BIGINT,
  `created` STRING,
  `modified` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/refund_refundline';
