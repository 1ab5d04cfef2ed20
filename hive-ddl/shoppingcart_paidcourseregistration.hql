-- Items that are seats in a course.
-- Made by the import of sqoop-configs/shoppingcart_paidcourseregistration.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f shoppingcart_paidcourseregistration.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `shoppingcart_paidcourseregistration` (
  `orderitem_ptr_id` BIGINT,
  `course_id` STRING,
  `mode` STRING,
  `course_enrollment_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/shoppingcart_paidcourseregistration';
