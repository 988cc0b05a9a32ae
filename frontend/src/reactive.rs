//! Leptos' signals and memos, with what they hold behind a pointer.
//!
//! Leptos compiles all that a signal or a memo does once for each type of value; here there are fifty
//! of them. These handles hold one type, so it is compiled once, and only finding the value again is left
//! for each. Everything else of Leptos' is passed on as it is.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude as leptos;
pub use leptos::*;

/// A value of any type.
type Held = Arc<dyn Any + Send + Sync>;

/// What makes a memo's value, of the one before.
type Compute = Box<dyn Fn(Option<&Held>) -> Held + Send + Sync>;

/// A value that wakes whoever read it when it changes. A handle: cheap to copy.
pub struct RwSignal<T>(leptos::RwSignal<Held>, PhantomData<fn() -> T>);

/// A value that is computed of others, and wakes whoever read it when it differs. A handle: cheap to copy.
pub struct Memo<T>(leptos::Memo<Held>, PhantomData<fn() -> T>);

impl<T: Send + Sync + 'static> RwSignal<T> {
    /// A signal of the present owner's.
    pub fn new(value: T) -> RwSignal<T> {
        RwSignal(signal_of(Arc::new(value)), PhantomData)
    }

    /// Another value.
    pub fn set(self, value: T) {
        set_held(self.0, Arc::new(value));
    }

    /// Another value, unless the owner is gone; says whether it is there.
    pub fn try_set(self, value: T) -> bool {
        !self.is_disposed() && {
            self.set(value);
            true
        }
    }

    /// Whether the owner is gone.
    pub fn is_disposed(self) -> bool {
        self.0.is_disposed()
    }

    /// Changes the value where it is. Nothing happens while somebody looks at it.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        let mut change = Some(change);
        update_held(self.0, &mut |held| {
            if let (Some(value), Some(change)) = (held.downcast_mut(), change.take()) {
                change(value);
            }
        });
    }
}

impl<T: Send + Sync + 'static> Memo<T> {
    /// A memo of the present owner's. `compute` is given the value before.
    pub fn new(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq,
    {
        let compute = move |before: Option<&Held>| -> Held { Arc::new(compute(before.map(value_of))) };
        Memo(memo_of(Box::new(compute), differ::<T>), PhantomData)
    }
}

impl<T> PartialEq for RwSignal<T> {
    fn eq(&self, other: &RwSignal<T>) -> bool {
        self.0 == other.0
    }
}

/// How both are read.
macro_rules! reading {
    ($name:ident, $held:ident, $held_untracked:ident, $track:ident) => {
        impl<T> Clone for $name<T> {
            fn clone(&self) -> $name<T> {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        impl<T: Send + Sync + 'static> $name<T> {
            /// Looks at the value. Tracked.
            pub fn with<U>(self, look: impl FnOnce(&T) -> U) -> U {
                look(value_of(&$held(self.0)))
            }

            /// Looks at the value.
            pub fn with_untracked<U>(self, look: impl FnOnce(&T) -> U) -> U {
                look(value_of(&$held_untracked(self.0)))
            }

            /// Wakes the present reader when the value changes.
            pub fn track(self) {
                $track(self.0);
            }
        }

        impl<T: Clone + Send + Sync + 'static> $name<T> {
            /// The value. Tracked.
            pub fn get(self) -> T {
                value_of::<T>(&$held(self.0)).clone()
            }

            /// The value.
            pub fn get_untracked(self) -> T {
                value_of::<T>(&$held_untracked(self.0)).clone()
            }
        }

        #[inline(never)]
        fn $held(held: leptos::$name<Held>) -> Held {
            held.get()
        }

        #[inline(never)]
        fn $held_untracked(held: leptos::$name<Held>) -> Held {
            held.get_untracked()
        }

        #[inline(never)]
        fn $track(held: leptos::$name<Held>) {
            held.track();
        }
    };
}

reading!(RwSignal, signal_held, signal_held_untracked, track_signal);
reading!(Memo, memo_held, memo_held_untracked, track_memo);

#[inline(never)]
fn value_of<T: 'static>(held: &Held) -> &T {
    held.downcast_ref().expect("a handle knows the type that it was made with")
}

fn differ<T: PartialEq + 'static>(before: Option<&Held>, now: Option<&Held>) -> bool {
    before.map(value_of::<T>) != now.map(value_of::<T>)
}

#[inline(never)]
fn signal_of(held: Held) -> leptos::RwSignal<Held> {
    leptos::RwSignal::new(held)
}

#[inline(never)]
fn memo_of(compute: Compute, differ: fn(Option<&Held>, Option<&Held>) -> bool) -> leptos::Memo<Held> {
    leptos::Memo::new_with_compare(compute, differ)
}

#[inline(never)]
fn set_held(signal: leptos::RwSignal<Held>, held: Held) {
    signal.set(held);
}

#[inline(never)]
fn update_held(signal: leptos::RwSignal<Held>, change: &mut dyn FnMut(&mut (dyn Any + Send + Sync))) {
    signal.update(|held| {
        if let Some(value) = Arc::get_mut(held) {
            change(value);
        }
    });
}
