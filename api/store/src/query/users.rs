//! Users and tokens of an existing installation, in the tables that Django keeps them in (spec 50 §3.2).

use std::fmt;

use crate::cell::{Cell, Record};
use crate::{Error, Statement, Store};

use super::ids;

/// Who has a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUser {
    /// His name.
    pub username: String,
    /// Whether he may enter.
    pub is_active: bool,
    /// Whether he is staff.
    pub is_staff: bool,
}

/// What a log-in is checked against. Prints without its secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// His number.
    pub user_id: i64,
    /// Whether he may enter.
    pub is_active: bool,
    /// His password, as Django hashed it.
    pub password: String,
    /// His token, if he has one.
    pub token: Option<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Login({})", self.user_id)
    }
}

impl Store {
    /// Who has a token.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn user_of_token(&self, token: &str) -> Result<Option<TokenUser>, Error> {
        let of_token = self.equals("authtoken_token.`key`");
        let statement = Statement {
            doing: "looking up a token".to_owned(),
            parameters: ids(&of_token, token),
            sql: format!(
                "SELECT username, is_active, is_staff FROM authtoken_token \
                 JOIN auth_user ON auth_user.id = user_id WHERE {of_token}"
            ),
        };
        self.select_one(statement).await?.first().map(token_user).transpose()
    }

    /// What the log-in of a user is checked against.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn login(&self, username: &str) -> Result<Option<Login>, Error> {
        let of_name = self.equals("username");
        let statement = Statement {
            doing: "looking up a user".to_owned(),
            parameters: ids(&of_name, username),
            sql: format!(
                "SELECT auth_user.id, is_active, password, `key` FROM auth_user \
                 LEFT JOIN authtoken_token ON user_id = auth_user.id WHERE {of_name}"
            ),
        };
        self.select_one(statement).await?.first().map(login).transpose()
    }

    /// Gives a user a token, unless he has one by now, and tells which he has.
    ///
    /// # Errors
    /// The store cannot be written or read.
    pub async fn give_token(&self, user_id: i64, token: &str) -> Result<Option<String>, Error> {
        let (unless_there, now) = match self {
            Self::Sqlite(_) => ("OR IGNORE", "CURRENT_TIMESTAMP"),
            Self::Mysql(_) => ("IGNORE", "UTC_TIMESTAMP(6)"),
        };
        self.execute(Statement {
            doing: "keeping a token".to_owned(),
            sql: format!(
                "INSERT {unless_there} INTO authtoken_token (`key`, created, user_id) \
                 VALUES (?, {now}, ?)"
            ),
            parameters: vec![Cell::Text(token.to_owned()), Cell::Int(user_id)],
        })
        .await?;
        let statement = Statement {
            doing: "looking up a user's token".to_owned(),
            sql: "SELECT `key` FROM authtoken_token WHERE user_id = ?".to_owned(),
            parameters: vec![Cell::Int(user_id)],
        };
        let tokens = self.select_one(statement).await?;
        Ok(tokens.first().map(|row| row.text(0)).transpose()?.flatten())
    }
}

fn token_user(row: &Record) -> Result<TokenUser, Error> {
    Ok(TokenUser {
        username: row.required_text(0)?,
        is_active: row.int(1)? == Some(1),
        is_staff: row.int(2)? == Some(1),
    })
}

fn login(row: &Record) -> Result<Login, Error> {
    Ok(Login {
        user_id: row.int(0)?.unwrap_or_default(),
        is_active: row.int(1)? == Some(1),
        password: row.required_text(2)?,
        token: row.text(3)?,
    })
}
