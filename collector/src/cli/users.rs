//! `users`: who may log in.

use std::error::Error;
use std::io::{self, Write};

use clap::{Subcommand, ValueEnum};
use epilogue_collector::store::{self, Store};
use epilogue_collector::{
    ClientId, Operator, Passwords, Role, UserName, create_user, disable_user, reset_user, rfc3339,
};

use super::options::StoreOptions;

#[derive(Debug, Subcommand)]
pub(super) enum UsersCommand {
    /// Make a user and print a first password, alone, on standard output. It is shown this once, and
    /// has to be changed at the first login.
    Create {
        /// The name: letters from a to z, digits, and . _ - @.
        #[arg(long, env = "EPILOGUE_USER_NAME")]
        name: String,
        /// `provider` sees everything, `client` one client's records.
        #[arg(long, env = "EPILOGUE_USER_ROLE")]
        role: RoleName,
        /// Whose records a `client` sees.
        #[arg(long, env = "EPILOGUE_USER_CLIENT", required_if_eq("role", "client"))]
        client: Option<String>,
    },
    /// List the users: name, role, client, second factor, when made, last login, when disabled.
    List,
    /// Log a user out everywhere at once, and let nobody log in with the name any more.
    Disable {
        /// The user's name.
        #[arg(env = "EPILOGUE_USER_NAME")]
        name: String,
    },
    /// Print a new first password, remove the second factor, and log the user out everywhere. One
    /// who was disabled, or has to wait after too many attempts, may log in again.
    Reset {
        /// The user's name.
        #[arg(env = "EPILOGUE_USER_NAME")]
        name: String,
    },
}

/// What a user sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RoleName {
    Provider,
    Client,
}

pub(super) async fn run(place: &StoreOptions, command: UsersCommand) -> Result<(), Box<dyn Error>> {
    super::make_directory(place)?;
    let store = store::open_for_keys(place.store.as_deref(), &place.data).await?;
    let operator = Operator::at_the_command_line();
    let done = run_on(store.as_ref(), &operator, command).await;
    store.close().await;
    done
}

async fn run_on(
    store: &dyn Store,
    operator: &Operator,
    command: UsersCommand,
) -> Result<(), Box<dyn Error>> {
    let passwords = Passwords::default();
    match command {
        UsersCommand::Create { name, role, client } => {
            let role = role_of(role, client.as_deref())?;
            let first = create_user(store, &passwords, operator, user_name(&name)?, role).await?;
            writeln!(io::stdout(), "{}", first.reveal())?;
            Ok(())
        }
        UsersCommand::List => list(store, operator).await,
        UsersCommand::Disable { name } => {
            Ok(disable_user(store, operator, user_name(&name)?).await?)
        }
        UsersCommand::Reset { name } => {
            let first = reset_user(store, &passwords, operator, user_name(&name)?).await?;
            writeln!(io::stdout(), "{}", first.reveal())?;
            Ok(())
        }
    }
}

fn role_of(role: RoleName, client: Option<&str>) -> Result<Role, &'static str> {
    match (role, client) {
        (RoleName::Provider, None) => Ok(Role::Provider),
        (RoleName::Provider, Some(_)) => Err("a provider sees all clients and has none"),
        (RoleName::Client, client) => client
            .and_then(ClientId::new)
            .map(Role::Client)
            .ok_or("a client's name is a word of at most 256 bytes"),
    }
}

fn user_name(name: &str) -> Result<UserName, &'static str> {
    UserName::new(name).ok_or("a user's name has letters from a to z, digits, and . _ - @ alone")
}

async fn list(store: &dyn Store, operator: &Operator) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    writeln!(out, "name\trole\tclient\tsecond_factor\tcreated_at\tlast_login_at\tdisabled_at")?;
    let moment = |millis: Option<i64>| millis.map_or_else(|| "-".to_owned(), rfc3339);
    for user in store.users(operator).await? {
        let (name, role) = (&user.name, user.role.as_str());
        let client = user.role.client().map_or("-", ClientId::as_str);
        let factor = if user.has_second_factor { "on" } else { "off" };
        let (made, login) = (moment(Some(user.created_at)), moment(user.last_login_at));
        let disabled = moment(user.disabled_at);
        writeln!(out, "{name}\t{role}\t{client}\t{factor}\t{made}\t{login}\t{disabled}")?;
    }
    Ok(())
}
