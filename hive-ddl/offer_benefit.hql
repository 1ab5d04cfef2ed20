-- What an offer gives.
-- Made by the import of sqoop-configs/offer_benefit.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f offer_benefit.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `offer_benefit` (
  `id` BIGINT,
  `type` STRING,
  `value` STRING,
  `max_affected_items` BIGINT,
  `proxy_class` STRING,
  `range_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/offer_benefit';
