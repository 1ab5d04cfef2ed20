CREATE EXTERNAL TABLE IF NOT EXISTS `course_enrollment_summary` (
  `course_id` STRING,
  `user_id` INT,
  `current_enrollment_mode` STRING,
  `current_enrollment_is_active` TINYINT,
  `first_enrollment_mode` STRING,
  `first_enrollment_time` TIMESTAMP,
  `last_unenrollment_time` TIMESTAMP,
  `first_verified_enrollment_time` TIMESTAMP,
  `first_credit_enrollment_time` TIMESTAMP,
  `end_time` TIMESTAMP
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_enrollment_summary';
