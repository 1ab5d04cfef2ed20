-- What was ordered, one row an item.
-- Made by the import of sqoop-configs/shoppingcart_orderitem.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f shoppingcart_orderitem.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `shoppingcart_orderitem` (
  `id` BIGINT,
  `order_id` BIGINT,
  `user_id` BIGINT,
  `status` STRING,
  `qty` BIGINT,
  `unit_cost` STRING,
  `line_desc` STRING,
  `currency` STRING,
  `fulfilled_time` STRING,
  `report_comments` STRING,
  `refund_requested_time` STRING,
  `service_fee` STRING,
  `list_price` STRING,
  `created` STRING,
  `modified` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/shoppingcart_orderitem';
