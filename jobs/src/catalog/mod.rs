//! What the catalogue and the grades add to a course: titles, dates, programs, passing learners.

pub mod course_catalog;
pub mod course_grade_by_mode;
pub mod course_meta_summary_enrollment;
pub mod course_program_metadata;
pub mod course_run;
pub mod program_course;
