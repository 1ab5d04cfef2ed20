-- Items that are donations.
-- Made by the import of sqoop-configs/shoppingcart_donation.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f shoppingcart_donation.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `shoppingcart_donation` (
  `orderitem_ptr_id` BIGINT,
  `donation_type` STRING,
  `course_id` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/shoppingcart_donation';
