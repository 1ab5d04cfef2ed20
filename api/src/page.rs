//! Lists in pages: which one is asked for, and the addresses of its neighbours (spec 50 §6).

use api_client::Page;
use warp::http::HeaderValue;

use crate::description::Parameter;
use crate::error::Error;
use crate::resource::Call;

/// What a list in pages can be asked.
pub(crate) fn parameters() -> Vec<Parameter> {
    [("page", "the number of the page, from 1, or last"), ("page_size", "rows of a page")]
        .map(|(name, about)| Parameter::new(name, about))
        .to_vec()
}

/// How many rows a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageSizes {
    /// Unless the caller says how many.
    pub(crate) usual: usize,
    /// At most.
    pub(crate) most: usize,
}

/// The page that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Its number, from 1; none: the last.
    number: Option<usize>,
    /// How many rows it has at most.
    pub(crate) size: usize,
}

impl Asked {
    /// By the texts of `page` and `page_size`.
    pub(crate) fn new(
        page: Option<&str>,
        size: Option<&str>,
        sizes: PageSizes,
    ) -> Result<Self, Error> {
        let size = size.and_then(|text| text.parse().ok()).filter(|size| *size > 0);
        let size = size.unwrap_or(sizes.usual).min(sizes.most).max(1);
        let number = match page {
            None => Some(1),
            Some("last") => None,
            Some(text) => {
                let number = text.parse().ok().filter(|number| *number > 0);
                Some(number.ok_or(Error::NoPage)?)
            }
        };
        Ok(Self { number, size })
    }

    /// How many rows stand before the page; of the last one that is known with their number only.
    pub(crate) fn skip(self, count: usize) -> usize {
        self.number(count).saturating_sub(1).saturating_mul(self.size)
    }

    /// Whether the number of all rows must be known first.
    pub(crate) fn is_last(self) -> bool {
        self.number.is_none()
    }

    fn number(self, count: usize) -> usize {
        self.number.unwrap_or_else(|| self.pages(count))
    }

    fn pages(self, count: usize) -> usize {
        count.div_ceil(self.size).max(1)
    }

    /// The page of these rows.
    pub(crate) fn of<T>(
        self,
        results: Vec<T>,
        count: usize,
        call: &Call,
    ) -> Result<Page<T>, Error> {
        let (number, num_pages) = (self.number(count), self.pages(count));
        if number > num_pages {
            return Err(Error::NoPage);
        }
        let address = |number| address(call, number);
        let next = (number < num_pages).then(|| address(number + 1));
        let previous = (number > 1).then(|| address(number - 1));
        Ok(Page { count, num_pages, next, previous, results })
    }
}

/// The call's own address with another page, its parameters sorted by name; the first page has no number.
fn address(call: &Call, number: usize) -> String {
    let mut pairs = call.parameters.pairs();
    pairs.retain(|(name, _)| *name != "page");
    let number = number.to_string();
    if number != "1" {
        pairs.push(("page", &number));
    }
    pairs.sort();
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let address = format!("{}{}", call.origin, call.path);
    if query.is_empty() { address } else { format!("{address}?{query}") }
}

/// The neighbours as a header.
pub(crate) fn links<T>(page: &Page<T>) -> Option<HeaderValue> {
    let link =
        |url: &Option<String>, rel| url.as_ref().map(|url| format!("<{url}>; rel=\"{rel}\""));
    let links: Vec<_> =
        [link(&page.next, "next"), link(&page.previous, "prev")].into_iter().flatten().collect();
    (!links.is_empty()).then(|| HeaderValue::from_str(&links.join(", ")).ok())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::negotiation::Format;
    use crate::parameters::Parameters;

    fn asked(parameters: &Parameters) -> Result<Asked, Error> {
        let [page, size] = ["page", "page_size"].map(|name| parameters.get(name));
        Asked::new(page, size, PageSizes { usual: 25, most: 100 })
    }

    fn page(query: &str, count: usize) -> Result<Page<()>, Error> {
        let call = Call {
            parameters: Parameters::parse(query),
            format: Format::Json,
            origin: "http://h".to_owned(),
            path: "/x/".to_owned(),
            as_file: false,
            key: None,
            on_behalf_of: None,
        };
        asked(&call.parameters)?.of(Vec::new(), count, &call)
    }

    #[test]
    fn neighbours_keep_the_parameters_and_the_first_page_has_no_number() {
        let second = page("page_size=10&page=2&course_id=a/b/c", 25).unwrap();
        assert_eq!((second.count, second.num_pages), (25, 3));
        let at = |page: &str| format!("http://h/x/?course_id=a%2Fb%2Fc{page}&page_size=10");
        assert_eq!(second.next.as_deref(), Some(&*at("&page=3")));
        assert_eq!(second.previous.as_deref(), Some(&*at("")));
        let links = links(&second).unwrap();
        assert!(links.to_str().unwrap().ends_with(&format!(", <{}>; rel=\"prev\"", at(""))));
        assert!(super::links(&page("", 0).unwrap()).is_none());
    }

    #[test]
    fn sizes_are_bounded_and_numbers_exist() {
        let sizes = [("", 25), ("page_size=1000", 100), ("page_size=0", 25), ("page_size=x", 25)];
        for (query, size) in sizes {
            assert_eq!(asked(&Parameters::parse(query)).unwrap().size, size, "{query}");
        }
        for query in ["page=0", "page=-1", "page=x", "page=2", "page=1.5"] {
            assert!(matches!(page(query, 25), Err(Error::NoPage)), "{query}");
        }
        assert_eq!(page("page=last", 26).unwrap().previous.as_deref(), Some("http://h/x/"));
        assert_eq!(page("page=last", 0).unwrap().num_pages, 1);
    }
}
