CREATE EXTERNAL TABLE IF NOT EXISTS `user_activity_by_user` (
  `user_id` STRING,
  `course_id` STRING,
  `date` STRING,
  `category` STRING,
  `count` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/user_activity_by_user';
