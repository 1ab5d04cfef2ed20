CREATE EXTERNAL TABLE IF NOT EXISTS `course_enrollment_location_current` (
  `date` STRING,
  `course_id` STRING,
  `country_code` STRING,
  `count` INT,
  `cumulative_count` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_enrollment_location_current';
