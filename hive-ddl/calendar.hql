CREATE EXTERNAL TABLE IF NOT EXISTS `calendar` (
  `date` STRING,
  `year` INT,
  `month` INT,
  `day` INT,
  `iso_weekofyear` STRING,
  `iso_week_start` STRING,
  `iso_week_end` STRING,
  `iso_weekday` INT
)
PARTITIONED BY (`date_interval` STRING)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'
STORED AS TEXTFILE
LOCATION '${hivevar:warehouse}/calendar';
