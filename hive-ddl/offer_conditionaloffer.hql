-- Offers and their limits.
-- Made by the import of sqoop-configs/offer_conditionaloffer.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f offer_conditionaloffer.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `offer_conditionaloffer` (
  `id` BIGINT,
  `name` STRING,
  `slug` STRING,
  `description` STRING,
  `offer_type` STRING,
  `status` STRING,
  `priority` BIGINT,
  `start_datetime` STRING,
  `end_datetime` STRING,
  `max_global_applications` BIGINT,
  `max_user_applications` BIGINT,
  `max_basket_applications` BIGINT,
  `max_discount` STRING,
  `total_discount` STRING,
  `num_applications` BIGINT,
  `num_orders` BIGINT,
  `redirect_url` STRING,
  `date_created` STRING,
  `benefit_id` BIGINT,
  `condition_id` BIGINT,
  `email_domains` STRING,
  `site_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/offer_conditionaloffer';
