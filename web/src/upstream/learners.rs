//! What the site asks about single learners. The Data API logs each of these questions with its reader, so none is
//! answered from what is kept.

use api_client::ask::{self, LearnerQuery, Question};
use api_client::{EngagementTimeline, Learner, LearnerMetadata, Page};
use serde::de::DeserializeOwned;

use super::Section;
use super::data_api::Asker;
use crate::course_access::LearnersAccess;

impl Asker<'_> {
    /// A page of the course's learners.
    ///
    /// # Errors
    /// None come, here and below.
    pub async fn learners(
        self,
        access: LearnersAccess<'_>,
        query: &LearnerQuery,
    ) -> Section<Page<Learner>> {
        self.personal(access, &ask::learners(access.course().as_str(), query)).await
    }

    /// One of them.
    pub async fn learner(self, access: LearnersAccess<'_>, username: &str) -> Section<Learner> {
        self.personal(access, &ask::learner(access.course().as_str(), username)).await
    }

    /// What one of them did, day by day.
    pub async fn learner_days(
        self,
        access: LearnersAccess<'_>,
        username: &str,
    ) -> Section<EngagementTimeline> {
        self.personal(access, &ask::engagement_timeline(access.course().as_str(), username)).await
    }

    /// How many of them are alike, and what is usual.
    pub async fn learner_metadata(self, access: LearnersAccess<'_>) -> Section<LearnerMetadata> {
        self.personal(access, &ask::learner_metadata(access.course().as_str())).await
    }

    async fn personal<T: DeserializeOwned>(
        self,
        access: LearnersAccess<'_>,
        question: &Question<T>,
    ) -> Section<T> {
        self.waited(self.visit.site.data_api.personal(question, access.reader())).await
    }
}
