-- Accounts elsewhere by which learners sign in.
-- Made by the import of sqoop-configs/social_auth_usersocialauth.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f social_auth_usersocialauth.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `social_auth_usersocialauth` (
  `id` BIGINT,
  `user_id` BIGINT,
  `provider` STRING,
  `uid` STRING,
  `extra_data` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/social_auth_usersocialauth';
