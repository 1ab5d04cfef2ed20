//! The description of the API for programs (OpenAPI 3.1) and for people (spec 50 §8.8). Each area describes
//! its resources beside their routes, by the types that it answers with; here they become one document.

mod document;
mod page;

use std::borrow::Cow;

use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};
use utoipa::openapi::{RefOr, Schema};

use crate::{catalog, course, learners, login, module, operations, reports};

pub(crate) use document::json;
pub(crate) use page::{POLICY, html};

/// What a client is told of a resource.
pub(crate) struct Described {
    /// Its path; `{name}` stands for what differs.
    pub(crate) path: Cow<'static, str>,
    /// The versions of the API that `{version}` stands for.
    pub(crate) versions: &'static [&'static str],
    /// What kind of resource it is.
    pub(crate) area: &'static str,
    /// What it answers.
    pub(crate) about: &'static str,
    /// What it can be asked, besides what its path holds.
    pub(crate) parameters: Vec<Parameter>,
    /// How it can be asked.
    pub(crate) asked: Asked,
    /// Whether it needs no token.
    pub(crate) public: bool,
    /// The tables that it is read from.
    pub(crate) tables: &'static [&'static str],
    /// Whether it tells of single learners, and so is not there without leave.
    pub(crate) personal: bool,
    /// What it answers with.
    pub(crate) answer: Answer,
}

/// How a resource is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// By GET.
    Get,
    /// By GET, or with the same parameters in the body of a POST.
    GetOrPost,
    /// By POST.
    Post,
}

/// A parameter of a query.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) required: bool,
    /// Whether it is a list: joined by commas in a query.
    pub(crate) is_list: bool,
    /// What it may be; empty: any text.
    pub(crate) values: Vec<&'static str>,
}

impl Parameter {
    pub(crate) fn new(name: &'static str, about: &'static str) -> Self {
        Self { name, about, required: false, is_list: false, values: Vec::new() }
    }

    pub(crate) fn required(name: &'static str, about: &'static str) -> Self {
        Self { required: true, ..Self::new(name, about) }
    }

    pub(crate) fn list(name: &'static str, about: &'static str) -> Self {
        Self { is_list: true, ..Self::new(name, about) }
    }

    pub(crate) fn one_of(mut self, values: impl IntoIterator<Item = &'static str>) -> Self {
        self.values = values.into_iter().collect();
        self
    }
}

/// The body of an answer.
pub(crate) struct Answer {
    schema: RefOr<Schema>,
    /// The types that it is made of, by name.
    types: Vec<(String, RefOr<Schema>)>,
    /// Whether it can be had as CSV.
    csv: bool,
}

impl Answer {
    /// A list, as JSON or CSV.
    pub(crate) fn list<T: ToSchema>() -> Self {
        let list = ArrayBuilder::new().items(reference::<T>()).build();
        Self { schema: Schema::from(list).into(), types: types::<T>(), csv: true }
    }

    /// An object, as JSON or as one row of CSV.
    pub(crate) fn one<T: ToSchema>() -> Self {
        Self { schema: reference::<T>(), types: types::<T>(), csv: true }
    }

    /// A page `P` of things.
    pub(crate) fn page<P: ToSchema, T: ToSchema>() -> Self {
        Self { schema: P::schema(), types: types::<T>(), csv: true }
    }

    /// An object that there is only as JSON.
    pub(crate) fn json<T: ToSchema>() -> Self {
        Self { csv: false, ..Self::one::<T>() }
    }

    /// An object with a member of type `T` for each of any names.
    pub(crate) fn map<T: ToSchema>() -> Self {
        let map = ObjectBuilder::new().additional_properties(Some(reference::<T>())).build();
        Self { schema: Schema::from(map).into(), types: types::<T>(), csv: false }
    }
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    utoipa::openapi::Ref::from_schema_name(T::name()).into()
}

/// The type and those that it is made of.
fn types<T: ToSchema>() -> Vec<(String, RefOr<Schema>)> {
    let mut types = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut types);
    types
}

/// Every resource.
pub(crate) fn all() -> Vec<Described> {
    let areas = [
        course::described(),
        reports::described(),
        module::described(),
        catalog::described(),
        learners::described(),
        operations::described(),
        login::described(),
    ];
    areas.into_iter().flatten().collect()
}
