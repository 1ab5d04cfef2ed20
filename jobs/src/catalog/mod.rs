//! What is known of courses: what the catalogue and the grades add to them, and the LMS's own list
//! and outlines.

pub mod course_blocks;
pub mod course_catalog;
pub mod course_grade_by_mode;
pub mod course_list;
pub mod course_meta_summary_enrollment;
pub mod course_program_metadata;
pub mod course_run;
pub mod program_course;
