//! Panics, as the guards of a run and its steps see them: that there is one, and where the host
//! allows it also its place and what it says.

use std::cell::RefCell;
use std::fmt;
use std::panic::{PanicHookInfo, set_hook, take_hook};
use std::sync::Once;
use std::thread::{self, ThreadId};

/// What is said of a panic that is not known better.
const UNTOLD: &str = "it panicked";

static INSTALL: Once = Once::new();

thread_local! {
    static LAST: RefCell<Last> = const { RefCell::new(Last { number: 0, told: None }) };
}

/// The last panic of a thread.
struct Last {
    number: u64,
    told: Option<Told>,
}

#[derive(Clone)]
struct Told {
    place: String,
    message: String,
}

/// Lets the record of a run that panics tell where, and what the panic said (masked like
/// everything else).
///
/// Whichever panic hook is there goes on as before: it is called behind this one. Call it once, at
/// the beginning of `main` and after any other hook has been set; a hook that is set later without
/// calling the one before it replaces this one too. Calling it again changes nothing.
///
/// Without it a run that panics is `CRASHED` as well, and does not say where.
///
/// ```
/// epilogue::capture::install_panic_hook();
/// ```
pub fn install_panic_hook() {
    // The standard library's `take_hook` panics on a thread that is panicking.
    if thread::panicking() {
        return;
    }
    INSTALL.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            note(info);
            before(info);
        }));
    });
}

/// A hook must not panic, so whatever is in its way leaves the panic untold.
fn note(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let payload = info.payload();
    let message = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => String::new(),
    };
    let _ = LAST.try_with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            last.number += 1;
            last.told = Some(Told { place, message });
        }
    });
}

/// Tells one panic from another, as far as the hook or a lookout between them was there to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PanicId(ThreadId, u64);

/// A panic that ends what it passes through.
pub(super) struct Panic {
    id: PanicId,
    told: Option<Told>,
}

impl Panic {
    /// The panic of this thread.
    fn here() -> Self {
        let last = LAST.try_with(|last| {
            let last = last.try_borrow().ok()?;
            Some((last.number, last.told.clone()))
        });
        let (number, told) = last.ok().flatten().unwrap_or_default();
        Self { id: PanicId(thread::current().id(), number), told }
    }

    pub(super) fn id(&self) -> PanicId {
        self.id
    }

    pub(super) fn place(&self) -> Option<&str> {
        self.told.as_ref().map(|told| told.place.as_str())
    }

    /// Where it was, and nothing of what it said: that may be a whole value of the host's, and belongs
    /// into the trace.
    pub(super) fn reason(&self) -> String {
        self.place().map_or_else(|| UNTOLD.to_owned(), |place| format!("{UNTOLD} at {place}"))
    }

    /// What it said, as far as it is known.
    pub(super) fn message(&self) -> &str {
        let said = self.told.as_ref().map(|told| told.message.as_str());
        said.filter(|message| !message.is_empty()).unwrap_or(UNTOLD)
    }
}

/// One line with all that is known.
impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.told {
            None => f.write_str(UNTOLD),
            Some(Told { place, message }) if message.is_empty() => write!(f, "{UNTOLD} at {place}"),
            Some(Told { place, message }) => write!(f, "{UNTOLD} at {place}: {message}"),
        }
    }
}

/// Looks out for a panic that begins after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lookout {
    /// Made while a panic was under way already, which is somebody else's.
    is_late: bool,
}

impl Lookout {
    pub(super) fn new() -> Self {
        let is_late = thread::panicking();
        if !is_late {
            forget_the_last();
        }
        Self { is_late }
    }

    /// The panic that this thread is in, if it is one that began behind this lookout.
    pub(super) fn panic(self) -> Option<Panic> {
        (!self.is_late && thread::panicking()).then(Panic::here)
    }
}

/// A panic that is over must not be taken for one that the hook was never told of, as
/// `resume_unwind` makes it, nor the one for the other where there is no hook to count them.
fn forget_the_last() {
    let _ = LAST.try_with(|last| {
        last.try_borrow_mut().map(|mut last| {
            last.number += 1;
            last.told = None;
        })
    });
}
