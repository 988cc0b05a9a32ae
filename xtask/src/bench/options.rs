//! What of the comparison is run: `cargo xtask bench fanout [--only w1,w2] [--rounds 3] [--seconds 10]`.

use anyhow::{Context as _, Result, bail};

use super::workload::{WORKLOADS, Workload};

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// These, in this order.
    pub workloads: Vec<Workload>,
    /// So often.
    pub rounds: u32,
    /// Each measured for so long.
    pub seconds: u32,
}

impl Options {
    /// Reads the arguments behind `fanout`.
    pub fn read(args: &[String]) -> Result<Options> {
        let mut options = Options { workloads: WORKLOADS.to_vec(), rounds: 3, seconds: 10 };
        for pair in args.chunks(2) {
            let [flag, value] = pair else { bail!("{} needs a value", pair[0]) };
            let number = || value.parse().ok().filter(|n| *n > 0).with_context(|| format!("{flag} takes a number"));
            match flag.as_str() {
                "--only" => options.workloads = value.split(',').map(named).collect::<Result<_>>()?,
                "--rounds" => options.rounds = number()?,
                "--seconds" => options.seconds = number()?,
                _ => bail!("{flag} is unknown: there are --only, --rounds and --seconds"),
            }
        }
        Ok(options)
    }
}

fn named(name: &str) -> Result<Workload> {
    let names = WORKLOADS.map(|workload| workload.name).join(", ");
    WORKLOADS.into_iter().find(|w| w.name == name).with_context(|| format!("there is no {name:?}, only {names}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Result<Options> {
        Options::read(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_choose_workloads_rounds_and_seconds() {
        let all = read(&[]).expect("nothing is needed");
        assert_eq!((all.workloads.len(), all.rounds, all.seconds), (6, 3, 10));
        let few = read(&["--only", "w3,w1", "--rounds", "1", "--seconds", "2"]).expect("they are known");
        assert_eq!(few.workloads.iter().map(|w| w.name).collect::<Vec<_>>(), ["w3", "w1"]);
        assert_eq!((few.rounds, few.seconds), (1, 2));
        for wrong in [&["--only", "w9"][..], &["--rounds"], &["--rounds", "0"], &["--fast", "1"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
