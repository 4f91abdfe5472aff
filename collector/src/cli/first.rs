//! The first start: nobody could do anything, so that keys and a user are made and shown once.

use std::error::Error;

use epilogue_collector::store::Store;
use epilogue_collector::{
    ClientId, KeyScope, Operator, Passwords, Role, UserError, UserName, create_first_keys,
    create_user,
};

/// The client that the first keys are for.
const CLIENT: &str = "demo";
/// The first user.
const USER: &str = "admin";

/// Makes what a store has none of, and tells it in lines, the dashboard's address with its login.
pub(super) async fn made(
    store: &dyn Store,
    dashboard: &str,
) -> Result<Vec<String>, Box<dyn Error>> {
    let operator = Operator::server();
    let mut lines = Vec::new();
    if store.keys(&operator).await?.is_empty() {
        let client = ClientId::new(CLIENT).ok_or("the first client has no name")?;
        let scopes = [KeyScope::Ingest, KeyScope::Read];
        // Of several processes that start together one makes them, and tells.
        let first = create_first_keys(store, &operator, &client, scopes).await?;
        if let Some([ingest, read]) = first {
            lines.push(format!("api key: {}", ingest.reveal()));
            lines.push(format!("read key: {}", read.reveal()));
        }
    }
    if store.users(&operator).await?.is_empty() {
        let name = UserName::new(USER).ok_or("the first user has no name")?;
        match create_user(store, &Passwords::default(), &operator, name, Role::Provider).await {
            Ok(first) => {
                lines.push(format!("dashboard login: {USER} {}", first.reveal()));
                lines.push(format!("dashboard: {dashboard}/"));
            }
            // As with the keys.
            Err(UserError::Taken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(lines)
}
