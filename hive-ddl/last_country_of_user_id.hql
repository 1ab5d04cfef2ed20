CREATE EXTERNAL TABLE IF NOT EXISTS `last_country_of_user_id` (
  `country_name` STRING,
  `country_code` STRING,
  `user_id` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/last_country_of_user_id';
