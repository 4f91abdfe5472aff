//! Whatever happens to PostgreSQL: what was answered 200 is there once, everybody is told when to come
//! again, and when it is back the collector goes on by itself.

mod crowded;
mod ended;
mod full;
mod house;
mod load;
mod proxy;
mod read_only;
mod silent;

/// How often what is cheap to repeat is repeated: more often with `EPILOGUE_LONG=1`.
fn rounds() -> usize {
    if std::env::var_os("EPILOGUE_LONG").is_some() { 20 } else { 3 }
}
