//! Cells that are lit for a moment after a change, and put out by a sweep.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use shared::units::Moment;

use crate::model::flash::{Flashes, SWEEP_MS};
use crate::platform::{Timeout, now};

/// The lit cells of a list.
pub struct Lights<C> {
    me: Weak<Lights<C>>,
    flashes: RefCell<Flashes<C>>,
    sweep: RefCell<Option<Timeout>>,
    dim: Box<dyn Fn(C)>,
}

impl<C: PartialEq + Copy + 'static> Lights<C> {
    /// None is lit; `dim` puts one out.
    pub fn new(dim: impl Fn(C) + 'static) -> Rc<Lights<C>> {
        Rc::new_cyclic(|me| Lights {
            me: me.clone(),
            flashes: RefCell::default(),
            sweep: RefCell::default(),
            dim: Box::new(dim),
        })
    }

    /// Notes that cells were lit, to put them out when their time is over.
    pub fn light(&self, cells: Vec<C>, now: Moment) {
        let mut flashes = self.flashes.borrow_mut();
        cells.into_iter().for_each(|cell| flashes.light(cell, now.ms()));
        if !flashes.is_empty() {
            self.sweep_soon();
        }
    }

    /// Forgets all: their cells are gone.
    pub fn forget(&self) {
        self.flashes.replace(Flashes::default());
    }

    fn sweep_soon(&self) {
        let mut sweep = self.sweep.borrow_mut();
        if sweep.is_none() {
            let me = self.me.clone();
            let over = move || {
                if let Some(lights) = me.upgrade() {
                    lights.sweep();
                }
            };
            *sweep = Some(Timeout::after(SWEEP_MS, over));
        }
    }

    fn sweep(&self) {
        self.sweep.take();
        let over = self.flashes.borrow_mut().sweep(now().ms());
        over.into_iter().for_each(&self.dim);
        if !self.flashes.borrow().is_empty() {
            self.sweep_soon();
        }
    }
}
