-- Modes that a course offers, with prices.
-- Made by the import of sqoop-configs/course_modes_coursemode.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f course_modes_coursemode.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `course_modes_coursemode` (
  `id` BIGINT,
  `course_id` STRING,
  `mode_slug` STRING,
  `mode_display_name` STRING,
  `min_price` BIGINT,
  `suggested_prices` STRING,
  `currency` STRING,
  `expiration_date` STRING,
  `expiration_datetime` STRING,
  `description` STRING,
  `sku` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/course_modes_coursemode';
