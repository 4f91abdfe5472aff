//! `keys`: who may store and read.

use std::error::Error;
use std::io::{self, Write};

use clap::Subcommand;
use epilogue_collector::store::{self, Store};
use epilogue_collector::{COLLECTOR_CLIENT, ClientId, KeyScope, Operator, create_key, revoke_key};

use super::options::StoreOptions;

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Make a key and print it, alone, on standard output. It is shown this once.
    Create {
        /// Whose records the key stores or reads.
        #[arg(long, env = "EPILOGUE_KEY_CLIENT")]
        client: String,
        /// `ingest` stores, `read` reads the client's own records, `provider` reads all.
        #[arg(long, env = "EPILOGUE_KEY_SCOPE")]
        scope: KeyScope,
    },
    /// List the keys: number, client, scope, when it was made, when it was revoked.
    List,
    /// Revoke a key at once.
    Revoke {
        /// The key's number in the list.
        #[arg(env = "EPILOGUE_KEY_ID")]
        id: i64,
    },
}

pub(super) async fn run(place: &StoreOptions, command: KeysCommand) -> Result<(), Box<dyn Error>> {
    super::make_directory(place)?;
    let store = store::open_for_keys(place.store.as_deref(), &place.data).await?;
    let operator = Operator::at_the_command_line();
    let done = match command {
        KeysCommand::Create { client, scope } => {
            create(store.as_ref(), &operator, &client, scope).await
        }
        KeysCommand::List => list(store.as_ref(), &operator).await,
        KeysCommand::Revoke { id } => revoke(store.as_ref(), &operator, id).await,
    };
    store.close().await;
    done
}

async fn create(
    store: &dyn Store,
    operator: &Operator,
    client: &str,
    scope: KeyScope,
) -> Result<(), Box<dyn Error>> {
    let client = ClientId::new(client)
        .filter(|client| client.as_str() != COLLECTOR_CLIENT || scope != KeyScope::Ingest)
        .ok_or("a client's name is a word of at most 256 bytes, and not the collector's own")?;
    let key = create_key(store, operator, client, scope).await?;
    writeln!(io::stdout(), "{}", key.reveal())?;
    Ok(())
}

async fn revoke(store: &dyn Store, operator: &Operator, id: i64) -> Result<(), Box<dyn Error>> {
    let revoked = revoke_key(store, operator, id).await?;
    if revoked { Ok(()) } else { Err("there is no such key that is not revoked".into()) }
}

async fn list(store: &dyn Store, operator: &Operator) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    writeln!(out, "id\tclient\tscope\tcreated_at\trevoked_at")?;
    for key in store.keys(operator).await? {
        let revoked_at = key.revoked_at.map_or_else(|| "-".to_owned(), moment);
        let (id, client, scope) = (key.id, key.client.as_str(), key.scope);
        writeln!(out, "{id}\t{client}\t{scope}\t{}\t{revoked_at}", moment(key.created_at))?;
    }
    Ok(())
}

fn moment(millis: i64) -> String {
    epilogue_collector::rfc3339(millis)
}
