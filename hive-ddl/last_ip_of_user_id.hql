CREATE EXTERNAL TABLE IF NOT EXISTS `last_ip_of_user_id` (
  `timestamp` STRING,
  `ip_address` STRING,
  `user_id` INT,
  `course_id` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/last_ip_of_user_id';
