//! The tables of the LMS as they are declared (05 §4.2 to §4.6); types are those of MySQL, which
//! SQLite keeps as written.

/// Tables, without their indexes. Of `courseware_studentmodule`, which is imported as a dump, the order of
/// the columns counts (20 §7).
pub const TABLES: &str = "
CREATE TABLE auth_user (
  id int NOT NULL PRIMARY KEY, password varchar(128) NOT NULL, last_login datetime(6) NULL,
  is_superuser tinyint(1) NOT NULL, username varchar(150) NOT NULL, first_name varchar(150) NOT NULL,
  last_name varchar(150) NOT NULL, email varchar(254) NOT NULL, is_staff tinyint(1) NOT NULL,
  is_active tinyint(1) NOT NULL, date_joined datetime(6) NOT NULL);
CREATE TABLE auth_userprofile (
  id int NOT NULL PRIMARY KEY, user_id int NOT NULL, name varchar(255) NOT NULL, meta longtext NOT NULL,
  courseware varchar(255) NOT NULL, language varchar(255) NOT NULL, location varchar(255) NOT NULL,
  year_of_birth int NULL, gender varchar(6) NULL, level_of_education varchar(6) NULL, mailing_address longtext NULL,
  city longtext NULL, country varchar(2) NULL, goals longtext NULL, bio varchar(3000) NULL,
  profile_image_uploaded_at datetime(6) NULL, allow_certificate tinyint(1) NOT NULL, phone_number varchar(50) NULL,
  state varchar(2) NULL);
CREATE TABLE student_courseenrollment (
  id int NOT NULL PRIMARY KEY, course_id varchar(255) NOT NULL, created datetime(6) NULL,
  is_active tinyint(1) NOT NULL, mode varchar(100) NOT NULL, user_id int NOT NULL);
CREATE TABLE grades_persistentcoursegrade (
  id bigint unsigned NOT NULL PRIMARY KEY, created datetime(6) NOT NULL, modified datetime(6) NOT NULL,
  user_id int NOT NULL, course_id varchar(255) NOT NULL, course_edited_timestamp datetime(6) NULL,
  course_version varchar(255) NOT NULL, grading_policy_hash varchar(255) NOT NULL, percent_grade double NOT NULL,
  letter_grade varchar(255) NOT NULL, passed_timestamp datetime(6) NULL);
CREATE TABLE course_groups_courseusergroup (
  id int NOT NULL PRIMARY KEY, name varchar(255) NOT NULL, course_id varchar(255) NOT NULL,
  group_type varchar(20) NOT NULL);
CREATE TABLE course_groups_courseusergroup_users (
  id int NOT NULL PRIMARY KEY, courseusergroup_id int NOT NULL, user_id int NOT NULL);
CREATE TABLE course_groups_cohortmembership (
  id int NOT NULL PRIMARY KEY, course_user_group_id int NOT NULL, user_id int NOT NULL, course_id varchar(255) NOT NULL);
CREATE TABLE certificates_generatedcertificate (
  id int NOT NULL PRIMARY KEY, course_id varchar(255) NOT NULL, verify_uuid varchar(32) NOT NULL,
  download_uuid varchar(32) NOT NULL, download_url varchar(128) NOT NULL, grade varchar(5) NOT NULL,
  \"key\" varchar(32) NOT NULL, distinction tinyint(1) NOT NULL, status varchar(32) NOT NULL, mode varchar(32) NOT NULL,
  name varchar(255) NOT NULL, created_date datetime(6) NOT NULL, modified_date datetime(6) NOT NULL,
  error_reason varchar(512) NOT NULL, user_id int NOT NULL);
CREATE TABLE courseware_studentmodule (
  id bigint unsigned NOT NULL PRIMARY KEY, module_type varchar(32) NOT NULL DEFAULT 'problem',
  module_id varchar(255) NOT NULL, student_id int NOT NULL, state longtext NULL, grade double NULL,
  created datetime(6) NOT NULL, modified datetime(6) NOT NULL, max_grade double NULL, done varchar(8) NOT NULL,
  course_id varchar(255) NOT NULL);
CREATE TABLE course_overviews_courseoverview (
  created datetime(6) NOT NULL, modified datetime(6) NOT NULL, version int NOT NULL,
  id varchar(255) NOT NULL PRIMARY KEY, _location varchar(255) NOT NULL, org longtext NOT NULL,
  display_name longtext NULL, display_number_with_default longtext NOT NULL, display_org_with_default longtext NOT NULL,
  start datetime(6) NULL, \"end\" datetime(6) NULL, advertised_start longtext NULL, announcement datetime(6) NULL,
  enrollment_start datetime(6) NULL, enrollment_end datetime(6) NULL, course_image_url longtext NOT NULL,
  short_description longtext NULL, effort longtext NULL, self_paced tinyint(1) NOT NULL,
  mobile_available tinyint(1) NOT NULL, visible_to_staff_only tinyint(1) NOT NULL, invitation_only tinyint(1) NOT NULL,
  lowest_passing_grade decimal(5,2) NULL, days_early_for_beta double NULL, catalog_visibility longtext NULL,
  language longtext NULL, marketing_url longtext NULL, certificate_available_date datetime(6) NULL);
";

/// Indexes, made when the rows are in.
pub const INDEXES: &str = "
CREATE UNIQUE INDEX auth_user_username ON auth_user (username);
CREATE UNIQUE INDEX auth_user_email ON auth_user (email);
CREATE UNIQUE INDEX auth_userprofile_user_id ON auth_userprofile (user_id);
CREATE UNIQUE INDEX student_courseenrollment_user_course ON student_courseenrollment (user_id, course_id);
CREATE INDEX student_courseenrollment_course_id ON student_courseenrollment (course_id);
CREATE UNIQUE INDEX grades_course_user ON grades_persistentcoursegrade (course_id, user_id);
CREATE INDEX grades_user_id ON grades_persistentcoursegrade (user_id);
CREATE UNIQUE INDEX courseusergroup_name_course ON course_groups_courseusergroup (name, course_id);
CREATE UNIQUE INDEX courseusergroup_users_group_user
  ON course_groups_courseusergroup_users (courseusergroup_id, user_id);
CREATE UNIQUE INDEX cohortmembership_user_course ON course_groups_cohortmembership (user_id, course_id);
CREATE UNIQUE INDEX generatedcertificate_user_course ON certificates_generatedcertificate (user_id, course_id);
CREATE UNIQUE INDEX studentmodule_student_module_course
  ON courseware_studentmodule (student_id, module_id, course_id);
CREATE INDEX studentmodule_course_id ON courseware_studentmodule (course_id);
";
