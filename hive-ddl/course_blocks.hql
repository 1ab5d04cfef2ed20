CREATE EXTERNAL TABLE IF NOT EXISTS `course_blocks` (
  `block_id` STRING,
  `course_id` STRING,
  `block_type` STRING,
  `display_name` STRING,
  `is_root` TINYINT,
  `is_orphan` TINYINT,
  `is_dag` TINYINT,
  `parent_block_id` STRING,
  `course_path` STRING,
  `sort_idx` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/course_blocks';
