-- Accounts: no passwords, no names.
-- Made by the import of sqoop-configs/auth_user.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f auth_user.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `auth_user` (
  `id` BIGINT,
  `username` STRING,
  `last_login` STRING,
  `date_joined` STRING,
  `is_active` BOOLEAN,
  `is_superuser` BOOLEAN,
  `is_staff` BOOLEAN,
  `email` STRING
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/auth_user';
