//! Users and tokens of Django's tables, on both stores.

use crate::setup::stores;

const USERS: &str = "CREATE TABLE auth_user (id INT NOT NULL PRIMARY KEY, password VARCHAR(128) NOT NULL, \
                     username VARCHAR(150) NOT NULL UNIQUE, is_staff BOOL NOT NULL, is_active BOOL NOT NULL)";
const TOKENS: &str = "CREATE TABLE authtoken_token (`key` VARCHAR(40) NOT NULL PRIMARY KEY, \
                      created DATETIME(6) NOT NULL, user_id INT NOT NULL UNIQUE)";

#[tokio::test]
async fn a_user_is_found_by_token_and_name_whatever_the_collation() {
    for store in stores().await {
        for sql in [
            USERS,
            TOKENS,
            "INSERT INTO auth_user VALUES (1, 'hash', 'Ann', 1, 1), (2, 'hash', 'bob', 0, 0)",
            "INSERT INTO authtoken_token VALUES ('abc', '2014-01-01', 1)",
        ] {
            store.execute(sql).await;
        }
        let (name, store) = (store.name, &store.store);
        let user = store.user_of_token("abc").await.unwrap().unwrap();
        assert_eq!((user.username.as_str(), user.is_active, user.is_staff), ("Ann", true, true));
        assert_eq!(store.user_of_token("ABC").await.unwrap(), None, "{name}");
        assert_eq!(store.login("ann").await.unwrap(), None, "{name}");
        let login = store.login("Ann").await.unwrap().unwrap();
        assert_eq!((login.token.as_deref(), login.is_active), (Some("abc"), true), "{name}");
        assert!(!format!("{login:?}").contains("hash"));
        let login = store.login("bob").await.unwrap().unwrap();
        assert_eq!((login.user_id, login.token, login.is_active), (2, None, false), "{name}");
    }
}

#[tokio::test]
async fn a_user_gets_one_token_however_often_he_is_given_one() {
    for store in stores().await {
        store.execute(USERS).await;
        store.execute(TOKENS).await;
        let give = async |token: &str| store.store.give_token(7, token).await.unwrap().unwrap();
        assert_eq!(give("first").await, "first", "{}", store.name);
        assert_eq!(give("second").await, "first", "{}", store.name);
        let kept = store.column("SELECT `key` FROM authtoken_token").await;
        assert_eq!(kept, ["first"], "{}", store.name);
    }
}
