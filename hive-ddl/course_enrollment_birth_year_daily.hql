CREATE EXTERNAL TABLE IF NOT EXISTS `course_enrollment_birth_year_daily` (
  `date` STRING,
  `course_id` STRING,
  `birth_year` INT,
  `count` INT,
  `cumulative_count` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_enrollment_birth_year_daily';
