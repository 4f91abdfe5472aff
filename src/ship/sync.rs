//! The atomics, channels and threads of the hand-over: the standard library's, or loom's where
//! every interleaving is tried.

#[cfg(not(all(test, epilogue_loom)))]
pub(super) use std::{
    sync::atomic::{AtomicU8, AtomicUsize},
    sync::mpsc,
    thread,
};

#[cfg(all(test, epilogue_loom))]
pub(super) use self::modelled::{AtomicU8, AtomicUsize};
#[cfg(all(test, epilogue_loom))]
pub(super) use loom::{sync::mpsc, thread};

/// loom takes a sequentially consistent access for one that only acquires and releases. A fence
/// on either side gives all of them back the one order that every thread agrees on; what a weaker
/// ordering of one of them would break, it hides.
#[cfg(all(test, epilogue_loom))]
mod modelled {
    use std::sync::atomic::Ordering;

    use loom::sync::atomic::fence;

    fn in_order<T>(ordering: Ordering, access: impl FnOnce() -> T) -> T {
        if ordering != Ordering::SeqCst {
            return access();
        }
        fence(ordering);
        let value = access();
        fence(ordering);
        value
    }

    macro_rules! atomic {
        ($name:ident, $value:ty, $($change:ident),+) => {
            #[derive(Debug)]
            pub(in crate::ship) struct $name(loom::sync::atomic::$name);

            impl $name {
                pub(in crate::ship) fn new(value: $value) -> Self {
                    Self(loom::sync::atomic::$name::new(value))
                }

                pub(in crate::ship) fn load(&self, ordering: Ordering) -> $value {
                    in_order(ordering, || self.0.load(ordering))
                }

                pub(in crate::ship) fn store(&self, value: $value, ordering: Ordering) {
                    in_order(ordering, || self.0.store(value, ordering));
                }

                $(pub(in crate::ship) fn $change(&self, by: $value, ordering: Ordering) -> $value {
                    in_order(ordering, || self.0.$change(by, ordering))
                })+
            }
        };
    }

    atomic!(AtomicU8, u8, swap);
    atomic!(AtomicUsize, usize, fetch_add, fetch_sub);
}
