CREATE EXTERNAL TABLE IF NOT EXISTS `problem_response_latest` (
  `course_id` STRING,
  `answer_id` STRING,
  `problem_id` STRING,
  `problem` STRING,
  `username` STRING,
  `question` STRING,
  `score` FLOAT,
  `max_score` FLOAT,
  `correct` TINYINT,
  `answer` STRING,
  `total_attempts` INT,
  `first_attempt_date` TIMESTAMP,
  `last_attempt_date` TIMESTAMP,
  `location` STRING,
  `sort_idx` INT
)
PARTITIONED BY (`dt` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/problem_response_latest';
