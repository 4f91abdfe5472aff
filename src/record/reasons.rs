//! Reasons that the SDK itself gives for how a run ended; they name nobody, so they are told also
//! where the names in a record are not known.

/// Of a run whose record never came.
pub(super) const PROCESS_ENDED: &str = "its process ended before the run did";
/// Of a state that could not become a record.
pub(super) const INTO_RECORD_PANICKED: &str =
    "the state's IntoRecord panicked: only that it ran is known";

pub(super) fn is_own(reason: &str) -> bool {
    [PROCESS_ENDED, INTO_RECORD_PANICKED].contains(&reason)
}
