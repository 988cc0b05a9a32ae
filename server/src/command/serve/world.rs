//! Which world is shown: a provider's, the demo market or a tape.

use crate::config::{Config, Replay};

/// Where events come from. Worlds are stored apart.
#[derive(Clone, Debug)]
pub(super) enum World {
    /// What providers send.
    Live,
    /// Made up from this seed.
    Demo(u64),
    /// Recorded.
    Tape(Replay),
}

impl World {
    pub(super) fn choose(config: &Config, replay: Option<&Replay>) -> World {
        match replay {
            Some(replay) => World::Tape(replay.clone()),
            None if config.demo_is_on() => World::Demo(config.demo.seed),
            None => World::Live,
        }
    }

    /// The name under which it is stored and shown.
    pub(super) fn name(&self) -> Box<str> {
        match self {
            World::Live => "live".into(),
            World::Demo(seed) => format!("demo-{seed}").into(),
            World::Tape(replay) => {
                let file = replay.file.file_name().unwrap_or_default().to_string_lossy();
                format!("replay-{file}").into()
            }
        }
    }
}
