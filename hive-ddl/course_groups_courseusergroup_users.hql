-- Who is in which group.
-- Made by the import of sqoop-configs/course_groups_courseusergroup_users.options: Avro files, so a date-time is text
-- (UTC, YYYY-MM-DD HH:MM:SS.ffffff), and so is a decimal; whole numbers of any width are read.
-- Run with: hive --hivevar warehouse=URL -f course_groups_courseusergroup_users.hql
CREATE EXTERNAL TABLE IF NOT EXISTS `course_groups_courseusergroup_users` (
  `courseusergroup_id` BIGINT,
  `user_id` BIGINT
)
PARTITIONED BY (`dt` STRING)
STORED AS AVRO
LOCATION '${hivevar:warehouse}/course_groups_courseusergroup_users';
