CREATE EXTERNAL TABLE IF NOT EXISTS `student_engagement_by_day` (
  `course_id` STRING,
  `username` STRING,
  `date` STRING,
  `event_type` STRING,
  `entity` STRING,
  `correct` TINYINT,
  `vote` STRING,
  `undo` TINYINT,
  `timestamp` STRING,
  `path` STRING,
  `count` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/student_engagement_by_day';
