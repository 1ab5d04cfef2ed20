CREATE EXTERNAL TABLE IF NOT EXISTS `program_course` (
  `program_id` STRING,
  `program_type` STRING,
  `program_title` STRING,
  `catalog_course` STRING,
  `catalog_course_title` STRING,
  `course_id` STRING,
  `org_id` STRING,
  `partner_short_code` STRING,
  `program_slot_number` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/program_course';
