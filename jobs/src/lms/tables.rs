//! The tables of the LMS as they are staged, with the columns of spec 40 C.5 and C.6.
//!
//! Kinds are those of the database's own columns, where the original's Hive types were wrong: a
//! `tinyint(1)` is a flag, `email_domains` is text, a date without a time is a date.

use super::{LmsTable, flag, int, long_text, text, time, whole};
use crate::table::{Column, Kind, Table};

/// Accounts. Rows: id, username, email.
pub const AUTH_USER: LmsTable = LmsTable {
    staged: Table::staged(
        "auth_user",
        &[
            int("id"),
            text("username", 150),
            time("last_login"),
            time("date_joined"),
            flag("is_active"),
            flag("is_superuser"),
            flag("is_staff"),
            text("email", 254),
        ],
    ),
    rows: Table::staged("auth_user", &[int("id"), text("username", 150), text("email", 254)]),
    is_dump: false,
};

/// Profiles, one row an account (spec 10 §2.12).
pub const AUTH_USERPROFILE: LmsTable = whole(
    "auth_userprofile",
    &[
        int("user_id"),
        text("name", 255),
        text("gender", 6),
        int("year_of_birth"),
        text("level_of_education", 6),
        text("language", 255),
        text("location", 255),
        long_text("mailing_address"),
        long_text("city"),
        text("country", 2),
        long_text("goals"),
    ],
);

/// Enrollments as they stand (spec 10 §2.12).
pub const STUDENT_COURSEENROLLMENT: LmsTable = whole(
    "student_courseenrollment",
    &[
        int("id"),
        int("user_id"),
        text("course_id", 255),
        time("created"),
        flag("is_active"),
        text("mode", 100),
    ],
);

/// Course grades (spec 10 §2.12); `percent_grade` is a double in the LMS (spec 05 §4.4).
pub const GRADES_PERSISTENTCOURSEGRADE: LmsTable = whole(
    "grades_persistentcoursegrade",
    &[
        int("id"),
        int("user_id"),
        text("course_id", 255),
        time("course_edited_timestamp"),
        text("course_version", 255),
        text("grading_policy_hash", 255),
        Column::new("percent_grade", Kind::Double),
        text("letter_grade", 255),
        time("passed_timestamp"),
        time("created"),
        time("modified"),
    ],
);

/// Certificates of learners.
pub const CERTIFICATES_GENERATEDCERTIFICATE: LmsTable = whole(
    "certificates_generatedcertificate",
    &[
        int("user_id"),
        text("course_id", 255),
        text("grade", 255),
        text("status", 255),
        text("mode", 255),
        time("created_date"),
        time("modified_date"),
    ],
);

/// Who consents to what being shared with an enterprise.
pub const CONSENT_DATASHARINGCONSENT: LmsTable = whole(
    "consent_datasharingconsent",
    &[
        int("id"),
        time("created"),
        time("modified"),
        text("username", 255),
        flag("granted"),
        text("course_id", 255),
        text("enterprise_customer_id", 255),
    ],
);

/// Cohorts and other groups of a course.
pub const COURSE_GROUPS_COURSEUSERGROUP: LmsTable = whole(
    "course_groups_courseusergroup",
    &[int("id"), text("name", 255), text("course_id", 255), text("group_type", 255)],
);

/// Who is in which group.
pub const COURSE_GROUPS_COURSEUSERGROUP_USERS: LmsTable =
    whole("course_groups_courseusergroup_users", &[int("courseusergroup_id"), int("user_id")]);

/// Modes that a course offers, with prices.
pub const COURSE_MODES_COURSEMODE: LmsTable = whole(
    "course_modes_coursemode",
    &[
        int("id"),
        text("course_id", 255),
        text("mode_slug", 255),
        text("mode_display_name", 255),
        int("min_price"),
        text("suggested_prices", 255),
        text("currency", 255),
        Column::new("expiration_date", Kind::Date),
        time("expiration_datetime"),
        long_text("description"),
        text("sku", 255),
    ],
);

/// The state of each learner in each block of a course; by far the largest table.
pub const COURSEWARE_STUDENTMODULE: LmsTable = LmsTable {
    is_dump: true,
    ..whole(
        "courseware_studentmodule",
        &[
            int("id"),
            text("module_type", 32),
            text("module_id", 255),
            int("student_id"),
            long_text("state"),
            Column::new("grade", Kind::Double),
            time("created"),
            time("modified"),
            Column::new("max_grade", Kind::Double),
            text("done", 8),
            text("course_id", 255),
        ],
    )
};

/// Enrollments through an enterprise.
pub const ENTERPRISE_ENTERPRISECOURSEENROLLMENT: LmsTable = whole(
    "enterprise_enterprisecourseenrollment",
    &[
        int("id"),
        time("created"),
        time("modified"),
        text("course_id", 255),
        int("enterprise_customer_user_id"),
    ],
);

/// Enterprises whose people learn here.
pub const ENTERPRISE_ENTERPRISECUSTOMER: LmsTable = whole(
    "enterprise_enterprisecustomer",
    &[
        time("created"),
        time("modified"),
        text("uuid", 255),
        text("name", 255),
        flag("active"),
        int("site_id"),
        flag("enable_data_sharing_consent"),
        text("enforce_data_sharing_consent", 255),
        flag("enable_audit_enrollment"),
        flag("enable_audit_data_reporting"),
    ],
);

/// Which learner belongs to which enterprise.
pub const ENTERPRISE_ENTERPRISECUSTOMERUSER: LmsTable = whole(
    "enterprise_enterprisecustomeruser",
    &[
        int("id"),
        time("created"),
        time("modified"),
        int("user_id"),
        text("enterprise_customer_id", 255),
        flag("linked"),
    ],
);

/// Seats bought for a course, before a run of it is chosen.
pub const ENTITLEMENTS_COURSEENTITLEMENT: LmsTable = whole(
    "entitlements_courseentitlement",
    &[
        int("id"),
        text("uuid", 255),
        text("course_uuid", 255),
        int("user_id"),
        int("enrollment_course_run_id"),
        text("order_number", 255),
        time("expired_at"),
        time("created"),
        time("modified"),
    ],
);

/// Items that are certificates.
pub const SHOPPINGCART_CERTIFICATEITEM: LmsTable = whole(
    "shoppingcart_certificateitem",
    &[
        int("orderitem_ptr_id"),
        text("course_id", 255),
        int("course_enrollment_id"),
        text("mode", 255),
    ],
);

/// Coupons of the shopping cart.
pub const SHOPPINGCART_COUPON: LmsTable = whole(
    "shoppingcart_coupon",
    &[
        int("id"),
        text("code", 255),
        text("description", 255),
        text("course_id", 255),
        int("percentage_discount"),
        time("created_at"),
        flag("is_active"),
        time("expiration_date"),
        int("created_by_id"),
    ],
);

/// Which coupon served for which order.
pub const SHOPPINGCART_COUPONREDEMPTION: LmsTable = whole(
    "shoppingcart_couponredemption",
    &[int("id"), int("coupon_id"), int("order_id"), int("user_id")],
);

/// Items that are registration codes.
pub const SHOPPINGCART_COURSEREGCODEITEM: LmsTable = whole(
    "shoppingcart_courseregcodeitem",
    &[int("orderitem_ptr_id"), text("course_id", 255), text("mode", 255)],
);

/// Items that are donations.
pub const SHOPPINGCART_DONATION: LmsTable = whole(
    "shoppingcart_donation",
    &[int("orderitem_ptr_id"), text("donation_type", 255), text("course_id", 255)],
);

/// Orders of the LMS's own shopping cart.
pub const SHOPPINGCART_ORDER: LmsTable = whole(
    "shoppingcart_order",
    &[
        int("id"),
        int("user_id"),
        text("currency", 255),
        text("status", 255),
        time("purchase_time"),
        text("bill_to_first", 255),
        text("bill_to_last", 255),
        text("bill_to_street1", 255),
        text("bill_to_street2", 255),
        text("bill_to_city", 255),
        text("bill_to_state", 255),
        text("bill_to_postalcode", 255),
        text("bill_to_country", 255),
        text("bill_to_ccnum", 255),
        text("bill_to_cardtype", 255),
        long_text("processor_reply_dump"),
        text("refunded_time", 255),
        text("company_name", 255),
        text("company_contact_name", 255),
        text("company_contact_email", 255),
        text("recipient_name", 255),
        text("recipient_email", 255),
        text("customer_reference_number", 255),
        text("order_type", 255),
    ],
);

/// What was ordered, one row an item.
pub const SHOPPINGCART_ORDERITEM: LmsTable = whole(
    "shoppingcart_orderitem",
    &[
        int("id"),
        int("order_id"),
        int("user_id"),
        text("status", 255),
        int("qty"),
        Column::new("unit_cost", Kind::Decimal),
        long_text("line_desc"),
        text("currency", 255),
        time("fulfilled_time"),
        long_text("report_comments"),
        time("refund_requested_time"),
        Column::new("service_fee", Kind::Decimal),
        Column::new("list_price", Kind::Decimal),
        time("created"),
        time("modified"),
    ],
);

/// Items that are seats in a course.
pub const SHOPPINGCART_PAIDCOURSEREGISTRATION: LmsTable = whole(
    "shoppingcart_paidcourseregistration",
    &[
        int("orderitem_ptr_id"),
        text("course_id", 255),
        text("mode", 255),
        int("course_enrollment_id"),
    ],
);

/// Accounts elsewhere by which learners sign in.
pub const SOCIAL_AUTH_USERSOCIALAUTH: LmsTable = whole(
    "social_auth_usersocialauth",
    &[int("id"), int("user_id"), text("provider", 255), text("uid", 255), long_text("extra_data")],
);
