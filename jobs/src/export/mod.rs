//! What leaves the house: data of a course as files for its institution and for researchers.

pub mod courseware_studentmodule_export;
