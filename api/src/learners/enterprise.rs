//! What the learners of an enterprise did, in pages (spec 50 §8.7).

use api_client::{EnterpriseEngagement, Version};
use store::{ModuleRow, Store};
use warp::reply::Response;

use crate::error::Error;
use crate::page::Asked;
use crate::resource::Call;
use crate::service::Service;

/// The 32 hex digits of the enterprise that a path behind its version names: a UUID of version 4, its hyphens
/// optional. Only the first version has such a resource.
pub(super) fn find(version: Version, path: &str) -> Option<String> {
    let uuid = path.strip_prefix("enterprise/")?.strip_suffix("/engagements/")?;
    let digits = uuid.replace('-', "").to_ascii_lowercase();
    let grouped = uuid.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let is_uuid = digits.len() == 32
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && digits.as_bytes()[12] == b'4'
        && b"89ab".contains(&digits.as_bytes()[16])
        && (grouped || !uuid.contains('-'));
    (version == Version::V0 && is_uuid).then_some(digits)
}

pub(super) async fn answer(
    service: &Service,
    store: &Store,
    enterprise_id: &str,
    call: &Call,
) -> Result<Response, Error> {
    let [page, size] = ["page", "page_size"].map(|name| call.parameters.get(name));
    let asked = Asked::new(page, size, service.page_sizes)?;
    let rows = async |skip, limit| {
        let without = &service.excluded_entity_types;
        store.enterprise_engagements(enterprise_id, without, skip, limit).await
    };
    let before = if asked.is_last() { rows(0, 0).await?.1 } else { 0 };
    let (found, count) = rows(asked.skip(before), asked.size).await?;
    let admitted = found.into_iter().filter(|row| call.admits(&row.course_id));
    call.page(&asked.of(admitted.map(engagement).collect(), count, call)?)
}

fn engagement(row: ModuleRow) -> EnterpriseEngagement {
    EnterpriseEngagement {
        id: row.id,
        course_id: row.course_id,
        created: row.created,
        username: row.username,
        date: row.date,
        entity_type: row.entity_type,
        entity_id: row.entity_id,
        event: row.event,
        count: row.count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enterprise_is_named_by_a_uuid_with_or_without_hyphens() {
        let found = |uuid: &str| find(Version::V0, &format!("enterprise/{uuid}/engagements/"));
        let digits = "0395b1aa6d5b4bd98f6a1b2c3d4e5f60".to_owned();
        for uuid in ["0395b1aa-6d5b-4bd9-8f6a-1b2c3d4e5f60", "0395B1AA6D5B4BD98F6A1B2C3D4E5F60"] {
            assert_eq!(found(uuid), Some(digits.clone()), "{uuid}");
        }
        for uuid in ["0395b1aa-6d5b-1bd9-8f6a-1b2c3d4e5f60", "0395b1aa", "x", ""] {
            assert_eq!(found(uuid), None, "{uuid}");
        }
        assert_eq!(find(Version::V1, &format!("enterprise/{digits}/engagements/")), None);
    }
}
