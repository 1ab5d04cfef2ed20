-- Orders of the LMS's own shopping cart.
-- Made by the import of sqoop-configs/shoppingcart_order.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f shoppingcart_order.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `shoppingcart_order` (
  `id` BIGINT,
  `user_id` BIGINT,
  `currency` STRING,
  `status` STRING,
  `purchase_time` STRING,
  `bill_to_first` STRING,
  `bill_to_last` STRING,
  `bill_to_street1` STRING,
  `bill_to_street2` STRING,
  `bill_to_city` STRING,
  `bill_to_state` STRING,
  `bill_to_postalcode` STRING,
  `bill_to_country` STRING,
  `bill_to_ccnum` STRING,
  `bill_to_cardtype` STRING,
  `processor_reply_dump` STRING,
  `refunded_time` STRING,
  `company_name` STRING,
  `company_contact_name` STRING,
  `company_contact_email` STRING,
  `recipient_name` STRING,
  `recipient_email` STRING,
  `customer_reference_number` STRING,
  `order_type` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/shoppingcart_order';
