//! The tables of the shop (ecommerce) as they are staged, with the columns of spec 40 C.5 and C.6.
//!
//! Kinds are those of the database's own columns, where the original's Hive types were wrong: a
//! `tinyint(1)` is a flag, `email_domains` is text, a date without a time is a date.

use super::{LmsTable, flag, int, long_text, text, time, whole};
use crate::table::{Column, Kind};

/// Products: seats, entitlements, codes.
pub const CATALOGUE_PRODUCT: LmsTable = whole(
    "catalogue_product",
    &[
        int("id"),
        text("structure", 255),
        text("upc", 255),
        text("title", 255),
        text("slug", 255),
        long_text("description"),
        Column::new("rating", Kind::Double),
        time("date_created"),
        time("date_updated"),
        flag("is_discountable"),
        int("parent_id"),
        int("product_class_id"),
        text("course_id", 255),
        time("expires"),
    ],
);

/// Attributes that products may have.
pub const CATALOGUE_PRODUCTATTRIBUTE: LmsTable = whole(
    "catalogue_productattribute",
    &[
        int("id"),
        text("name", 255),
        text("code", 255),
        text("type", 255),
        flag("required"),
        int("option_group_id"),
        int("product_class_id"),
    ],
);

/// The attributes of products.
pub const CATALOGUE_PRODUCTATTRIBUTEVALUE: LmsTable = whole(
    "catalogue_productattributevalue",
    &[
        int("id"),
        long_text("value_text"),
        int("value_integer"),
        flag("value_boolean"),
        Column::new("value_float", Kind::Double),
        long_text("value_richtext"),
        Column::new("value_date", Kind::Date),
        text("value_file", 255),
        text("value_image", 255),
        int("entity_object_id"),
        int("attribute_id"),
        int("entity_content_type_id"),
        int("product_id"),
        int("value_option_id"),
    ],
);

/// Kinds of products.
pub const CATALOGUE_PRODUCTCLASS: LmsTable = whole(
    "catalogue_productclass",
    &[
        int("id"),
        text("name", 255),
        text("slug", 255),
        flag("requires_shipping"),
        flag("track_stock"),
    ],
);

/// Accounts of the shop.
pub const ECOMMERCE_USER: LmsTable = whole(
    "ecommerce_user",
    &[int("id"), text("username", 255), text("email", 255), int("lms_user_id")],
);

/// What an offer gives.
pub const OFFER_BENEFIT: LmsTable = whole(
    "offer_benefit",
    &[
        int("id"),
        text("type", 255),
        Column::new("value", Kind::Decimal),
        int("max_affected_items"),
        text("proxy_class", 255),
        int("range_id"),
    ],
);

/// Offers and their limits.
pub const OFFER_CONDITIONALOFFER: LmsTable = whole(
    "offer_conditionaloffer",
    &[
        int("id"),
        text("name", 255),
        text("slug", 255),
        long_text("description"),
        text("offer_type", 255),
        text("status", 255),
        int("priority"),
        time("start_datetime"),
        time("end_datetime"),
        int("max_global_applications"),
        int("max_user_applications"),
        int("max_basket_applications"),
        Column::new("max_discount", Kind::Decimal),
        Column::new("total_discount", Kind::Decimal),
        int("num_applications"),
        int("num_orders"),
        text("redirect_url", 255),
        time("date_created"),
        int("benefit_id"),
        int("condition_id"),
        text("email_domains", 255),
        int("site_id"),
    ],
);

/// What was ordered, one row a line.
pub const ORDER_LINE: LmsTable = whole(
    "order_line",
    &[
        int("id"),
        text("partner_name", 255),
        text("partner_sku", 255),
        text("partner_line_reference", 255),
        long_text("partner_line_notes"),
        text("title", 255),
        text("upc", 255),
        int("quantity"),
        Column::new("line_price_incl_tax", Kind::Decimal),
        Column::new("line_price_excl_tax", Kind::Decimal),
        Column::new("line_price_before_discounts_incl_tax", Kind::Decimal),
        Column::new("line_price_before_discounts_excl_tax", Kind::Decimal),
        Column::new("unit_cost_price", Kind::Decimal),
        Column::new("unit_price_incl_tax", Kind::Decimal),
        Column::new("unit_price_excl_tax", Kind::Decimal),
        Column::new("unit_retail_price", Kind::Decimal),
        text("status", 255),
        Column::new("est_dispatch_date", Kind::Date),
        int("order_id"),
        int("partner_id"),
        int("product_id"),
        int("stockrecord_id"),
    ],
);

/// Orders of the shop.
pub const ORDER_ORDER: LmsTable = whole(
    "order_order",
    &[
        int("id"),
        text("number", 255),
        text("currency", 255),
        Column::new("total_incl_tax", Kind::Decimal),
        Column::new("total_excl_tax", Kind::Decimal),
        Column::new("shipping_incl_tax", Kind::Decimal),
        Column::new("shipping_excl_tax", Kind::Decimal),
        text("shipping_method", 255),
        text("shipping_code", 255),
        text("status", 255),
        text("guest_email", 255),
        time("date_placed"),
        int("basket_id"),
        int("billing_address_id"),
        int("shipping_address_id"),
        int("site_id"),
        int("user_id"),
    ],
);

/// Discounts on orders.
pub const ORDER_ORDERDISCOUNT: LmsTable = whole(
    "order_orderdiscount",
    &[
        int("id"),
        text("category", 255),
        int("offer_id"),
        text("offer_name", 255),
        int("voucher_id"),
        text("voucher_code", 255),
        int("frequency"),
        Column::new("amount", Kind::Decimal),
        long_text("message"),
        int("order_id"),
    ],
);

/// Partners who sell courses.
pub const PARTNER_PARTNER: LmsTable = whole(
    "partner_partner",
    &[int("id"), text("code", 255), text("name", 255), text("short_code", 255)],
);

/// Prices and stock of products.
pub const PARTNER_STOCKRECORD: LmsTable = whole(
    "partner_stockrecord",
    &[
        int("id"),
        text("partner_sku", 255),
        text("price_currency", 255),
        Column::new("price_excl_tax", Kind::Decimal),
        Column::new("price_retail", Kind::Decimal),
        Column::new("cost_price", Kind::Decimal),
        int("num_in_stock"),
        int("num_allocated"),
        int("low_stock_threshold"),
        time("date_created"),
        time("date_updated"),
        int("partner_id"),
        int("product_id"),
    ],
);

/// What was refunded, one row a line.
pub const REFUND_REFUNDLINE: LmsTable = whole(
    "refund_refundline",
    &[
        int("id"),
        Column::new("line_credit_excl_tax", Kind::Decimal),
        int("quantity"),
        text("status", 255),
        int("order_line_id"),
        int("refund_id"),
        time("created"),
        time("modified"),
    ],
);

/// Which coupon product holds vouchers.
pub const VOUCHER_COUPONVOUCHERS: LmsTable =
    whole("voucher_couponvouchers", &[int("id"), int("coupon_id")]);

/// The vouchers of coupon products.
pub const VOUCHER_COUPONVOUCHERS_VOUCHERS: LmsTable = whole(
    "voucher_couponvouchers_vouchers",
    &[int("id"), int("couponvouchers_id"), int("voucher_id")],
);

/// Vouchers, and how often they were used.
pub const VOUCHER_VOUCHER: LmsTable = whole(
    "voucher_voucher",
    &[
        int("id"),
        text("name", 255),
        text("code", 255),
        text("usage", 255),
        time("start_datetime"),
        time("end_datetime"),
        int("num_basket_additions"),
        int("num_orders"),
        Column::new("total_discount", Kind::Decimal),
        time("date_created"),
    ],
);
