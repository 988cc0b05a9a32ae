//! The slip at work: gives the commands, waits for what becomes of them, and asks again where nobody
//! knows.

use shared::domain::bets::BetStatus;
use shared::domain::odds::OddsTopic;
use shared::order::ordered;
use shared::stream::Topic;
use shared::units::{Money, UserId};
use shared::wire::{Code, ErrorMsg, Fields, Reply, items};
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;

use super::leg::{Errand, Leg, State};
use super::list::{Next, Slip};
use super::pick::Pick;
use super::quote::{Moved, Quote};
use crate::domain::bets::read;
use crate::identity::Identity;
use crate::live::{Following, Live, Outcome};
use crate::parts::el::{effect, memo, set};
use crate::parts::toast::Toasts;
use crate::platform::{Listener, Timeout, load, save, uuid, window};
use crate::reactive::*;

/// Where the slip is kept.
const KEPT: &str = "slip";
/// Between two attempts to learn what nobody knows yet, in milliseconds.
const AGAIN_MS: u64 = 2_000;

/// The slip. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Desk {
    live: Live,
    identity: Identity,
    toasts: Toasts,
    /// What is in it.
    pub slip: RwSignal<Slip>,
    /// Whether it is shown.
    pub open: RwSignal<bool>,
    /// How each bet's price stands to the one its reader saw.
    pub moved: RwSignal<Vec<(u32, Moved)>>,
    /// Who would place them.
    pub user: Memo<Option<UserId>>,
    /// Bets whose command is on its way, and those that wait to be asked for again.
    busy: StoredValue<Vec<(u32, Option<Timeout>)>, LocalStorage>,
}

impl Desk {
    /// As it was left; goes on where bets were on their way.
    pub fn start(live: Live, identity: Identity, toasts: Toasts) -> Desk {
        let desk = Desk {
            live,
            identity,
            toasts,
            slip: RwSignal::new(Slip::parse(&load(KEPT).unwrap_or_default())),
            open: RwSignal::new(false),
            moved: RwSignal::new(Vec::new()),
            user: identity.user(),
            busy: StoredValue::new_local(Vec::new()),
        };
        let other_tab = Listener::on(&window(), "storage", move |event| {
            let text = event
                .dyn_ref::<StorageEvent>()
                .filter(|event| event.key().as_deref() == Some("undercurrent.slip"))
                .and_then(StorageEvent::new_value);
            if let Some(text) = text {
                desk.slip.update(|slip| slip.adopt(&text));
            }
        });
        StoredValue::new_local(other_tab);
        effect(move || {
            if desk.user.get().is_some() {
                untrack(|| desk.resume());
            }
        });
        desk.follow_prices();
        desk
    }

    /// Picks a price, and shows the slip.
    pub fn add(self, pick: Pick, stake: Option<Money>) {
        let mut room = true;
        self.change(|slip| room = slip.add(pick, stake));
        if !room {
            self.toasts.show("The slip is full. Place or remove some of its bets.".to_owned());
        }
        self.open.set(true);
    }

    /// Changes the slip, and keeps it.
    pub fn change(self, change: impl FnOnce(&mut Slip)) {
        self.slip.update(change);
        save(KEPT, &self.slip.with_untracked(Slip::text));
    }

    /// Places a bet. Asks to sign in first where nobody is.
    pub fn place(self, number: u32) {
        let Some(user) = self.user.get_untracked() else {
            self.identity.ask_to_sign_in();
            return;
        };
        let is_ready = |slip: &Slip| slip.find(number).is_some_and(|leg| leg.is_open() && leg.money().is_ok());
        if self.slip.with_untracked(is_ready) {
            // It is kept before it is sent: a page that ends in between still knows of it.
            self.change(|slip| slip.send(number, &user, &uuid(), self.live.server_now()));
            self.go_on(number);
        }
    }

    /// Places all that are ready.
    pub fn place_all(self) {
        let ready: Vec<u32> = self.slip.with_untracked(|slip| {
            let is_ready = |leg: &&Leg| leg.is_open() && leg.money().is_ok();
            slip.legs().iter().filter(is_ready).map(|leg| leg.number).collect()
        });
        ready.into_iter().for_each(|number| self.place(number));
    }

    /// Asks what became of each bet whose outcome is not known.
    fn resume(self) {
        let waiting: Vec<u32> = self.slip.with_untracked(|slip| slip.legs().iter().map(|leg| leg.number).collect());
        waiting.into_iter().for_each(|number| self.go_on(number));
    }

    /// Does what is to be done about a bet, unless that is under way.
    fn go_on(self, number: u32) {
        let Some(user) = self.user.get_untracked() else { return };
        let now = self.live.server_now();
        let errand = self.slip.with_untracked(|slip| {
            let leg = slip.find(number)?;
            Some((leg.errand(&user, now)?, leg.args()?, leg.client_ref.clone()?))
        });
        let Some((errand, args, client_ref)) = errand else { return };
        let is_busy = self.busy.with_value(|busy| busy.iter().any(|(other, _)| *other == number));
        if is_busy {
            return;
        }
        self.busy.update_value(|busy| busy.push((number, None)));
        match errand {
            Errand::Repeat => {
                self.live.command("place_bet", Some(args), move |outcome| self.told(number, outcome));
            }
            Errand::Look => self.look(number, &client_ref),
        }
    }

    /// Asks for a bet by its name.
    fn look(self, number: u32, client_ref: &str) {
        let args = serde_json::json!({ "client_ref": client_ref, "limit": 1 });
        self.live.command("get_bets", Some(args), move |outcome| match outcome {
            Outcome::Done(reply) => {
                self.done(number);
                let found = Fields::of(reply.ok.get()).and_then(|fields| {
                    let bets = items(fields.raw("bets")?)?;
                    Some(bets.first().map(|bet| read::bet(bet)))
                });
                match found {
                    Some(None) => self.change(|slip| slip.missing(number)),
                    Some(Some(bet)) => self.taken(number, bet),
                    None => self.taken(number, None),
                }
            }
            other => self.told(number, other),
        });
    }

    fn told(self, number: u32, outcome: Outcome) {
        self.done(number);
        match outcome {
            Outcome::Done(reply) => self.taken(number, placed(&reply)),
            Outcome::Refused(error) => self.refused(number, &error),
            Outcome::Unknown => self.again(number, AGAIN_MS),
        }
    }

    /// The ledger has the bet; it may have it as one that it rejected.
    fn taken(self, number: u32, bet: Option<shared::domain::bets::BetRow>) {
        match bet {
            Some(bet) if bet.status == BetStatus::Rejected => {
                let why = bet.reason.clone().unwrap_or_else(|| "the bet was not accepted".into());
                self.refused(number, &ErrorMsg::new(None, Code::Refused, why));
            }
            Some(bet) => self.change(|slip| slip.placed(number, bet)),
            None => {
                let why = "the answer could not be read; your bets show what became of this one";
                self.refused(number, &ErrorMsg::new(None, Code::Refused, why));
            }
        }
    }

    fn refused(self, number: u32, error: &ErrorMsg) {
        let mut next = Next::Done;
        self.change(|slip| next = slip.refused(number, error));
        if error.code == Code::SignIn {
            self.identity.ask_to_sign_in();
        }
        match next {
            Next::Done => {}
            Next::Again { ms } => self.again(number, ms),
            Next::Look => {
                let name = self.slip.with_untracked(|slip| slip.find(number)?.client_ref.clone());
                if let Some(name) = name {
                    self.busy.update_value(|busy| busy.push((number, None)));
                    self.look(number, &name);
                }
            }
        }
    }

    fn again(self, number: u32, ms: u64) {
        let again = Timeout::after(ms, move || {
            self.done(number);
            self.go_on(number);
        });
        self.busy.update_value(|busy| busy.push((number, Some(again))));
    }

    fn done(self, number: u32) {
        // A timer that is over drops itself here: it must not be dropped while the list is borrowed.
        let gone = self.busy.try_update_value(|busy| {
            let (gone, kept) = std::mem::take(busy).into_iter().partition::<Vec<_>, _>(|(other, _)| *other == number);
            *busy = kept;
            gone
        });
        drop(gone);
    }

    /// Follows the events of the bets while the slip is shown, and tells how their prices stand.
    fn follow_prices(self) {
        let topics = memo(move || {
            let mut topics: Vec<Topic> = Vec::new();
            if self.open.get() {
                self.slip.with(|slip| {
                    let open = slip.legs().iter().filter(|leg| leg.is_open());
                    topics.extend(open.map(|leg| OddsTopic::Event(leg.pick.event.clone()).topic()));
                });
            }
            let mut topics = ordered(&topics, Topic::cmp);
            topics.dedup();
            topics
        });
        let following = StoredValue::new(Vec::<Following>::new());
        effect(move || {
            let next = topics.with(|topics| topics.iter().map(|topic| self.live.follow(topic.clone())).collect());
            // Those that stay are followed before they are given up.
            drop(following.try_update_value(|old| std::mem::replace(old, next)));
        });
        let (slip, open) = (self.slip, self.open);
        self.live.on_frame(move |_| {
            if open.get_untracked() {
                let moved = slip.with_untracked(|slip| {
                    slip.legs().iter().filter(|leg| leg.is_open()).map(|leg| (leg.number, self.stands(leg))).collect()
                });
                set(self.moved, moved);
            }
        });
        effect(move || {
            slip.track();
            open.track();
            self.live.repaint();
        });
    }

    fn stands(self, leg: &Leg) -> Moved {
        stand(self.live, &leg.pick)
    }

    /// How a bet's price stands. Tracked.
    pub fn moved_of(self, number: u32) -> Moved {
        self.moved
            .with(|all| all.iter().find(|(other, _)| *other == number).map_or(Moved::Unknown, |(_, moved)| *moved))
    }

    /// How many bets are not in the ledger. Tracked.
    pub fn count(self) -> usize {
        self.slip.with(|slip| slip.legs().iter().filter(|leg| !matches!(leg.state, State::Placed(_))).count())
    }
}

/// How the price of a pick stands to what a book offers now; its event has to be followed.
pub fn stand(live: Live, pick: &Pick) -> Moved {
    let topic = OddsTopic::Event(pick.event.clone()).topic();
    let quote = live.raw_rows(&topic, |rows| {
        rows.get(&*pick.market).and_then(|market| Quote::of(market.get(), &pick.selection, &pick.book))
    });
    quote.map_or(Moved::Unknown, |quote| Moved::since(pick.decimal, quote.as_ref()))
}

/// The bet that `place_bet` answers with.
fn placed(reply: &Reply) -> Option<shared::domain::bets::BetRow> {
    read::bet(Fields::of(reply.ok.get())?.raw("bet")?)
}
