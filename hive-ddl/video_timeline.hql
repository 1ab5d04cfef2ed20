CREATE EXTERNAL TABLE IF NOT EXISTS `video_timeline` (
  `pipeline_video_id` STRING,
  `segment` INT,
  `num_users` INT,
  `num_views` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/video_timeline';
