//! What is said wrongly does not compile, and the error tells where and what to say instead.
//!
//! All of these errors are the macro's own, word by word the same with any compiler.

#[test]
fn what_is_said_wrongly_is_told_where_it_stands() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
