//! Locks between the collectors of one database. They are numbers of our own, and go with the
//! transaction or the connection that holds them.

/// Whoever brings the database up to date.
pub(super) const MIGRATION: i64 = 0x6570_696c_6f67_0001;
/// Whoever stores holds it together with others; whoever revokes a key holds it alone, so that nothing
/// is stored by that key from then on.
pub(super) const KEYS: i64 = 0x6570_696c_6f67_0002;
/// Whoever indexes words.
pub(super) const WORDS: i64 = 0x6570_696c_6f67_0003;
/// Whoever folds parts into sums.
pub(super) const SUMS: i64 = 0x6570_696c_6f67_0004;
