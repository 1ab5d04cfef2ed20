CREATE EXTERNAL TABLE IF NOT EXISTS `course_catalog` (
  `course_id` STRING,
  `catalog_course` STRING,
  `catalog_course_title` STRING,
  `start_time` TIMESTAMP,
  `end_time` TIMESTAMP,
  `enrollment_start_time` TIMESTAMP,
  `enrollment_end_time` TIMESTAMP,
  `content_language` STRING,
  `pacing_type` STRING,
  `level_type` STRING,
  `availability` STRING,
  `org_id` STRING,
  `partner_short_code` STRING,
  `marketing_url` STRING,
  `min_effort` INT,
  `max_effort` INT,
  `weeks_to_complete` INT,
  `announcement_time` TIMESTAMP,
  `reporting_type` STRING
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_catalog';
