-- What learners say of themselves, one row an account.
-- Made by the import of sqoop-configs/auth_userprofile.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f auth_userprofile.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `auth_userprofile` (
  `user_id` BIGINT,
  `name` STRING,
  `gender` STRING,
  `year_of_birth` BIGINT,
  `level_of_education` STRING,
  `language` STRING,
  `location` STRING,
  `mailing_address` STRING,
  `city` STRING,
  `country` STRING,
  `goals` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/auth_userprofile';
