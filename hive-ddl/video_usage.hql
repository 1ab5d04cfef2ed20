CREATE EXTERNAL TABLE IF NOT EXISTS `video_usage` (
  `pipeline_video_id` STRING,
  `course_id` STRING,
  `encoded_module_id` STRING,
  `duration` INT,
  `segment_length` INT,
  `users_at_start` INT,
  `users_at_end` INT,
  `segment` INT,
  `num_users` INT,
  `num_views` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/video_usage';
