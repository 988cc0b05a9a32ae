//! What the runs showed, as the table of the README.

use std::fmt::Write as _;

use super::workload::Workload;

/// What a load printed of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Rows delivered for each of the server's processor seconds.
    pub rows_per_cpu_s: f64,
    /// Part of the rows that should have been delivered.
    pub delivered: f64,
    /// Bytes on the wire for each row.
    pub bytes_per_row: f64,
    /// From publishing to the client, in milliseconds.
    pub p50_ms: f64,
    /// The same for all but one in a hundred.
    pub p99_ms: f64,
    /// What was wrong with what clients were told.
    pub errors: f64,
}

/// One workload's runs: each round's pair.
pub struct Rounds {
    /// What was run.
    pub workload: Workload,
    /// We, and Bun.
    pub pairs: Vec<(Figures, Figures)>,
}

/// The markdown.
pub fn table(all: &[Rounds], machine: &str) -> String {
    let mut text = String::from(
        "| | deliveries per CPU second | Bun | ratio (least to most) | bytes each | Bun | p50, p99 | Bun |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for Rounds { workload, pairs } in all {
        let ours = |figure: fn(&Figures) -> f64| median(pairs.iter().map(|(ours, _)| figure(ours)));
        let bun = |figure: fn(&Figures) -> f64| median(pairs.iter().map(|(_, bun)| figure(bun)));
        let ratios: Vec<f64> = pairs.iter().map(|(ours, bun)| ours.rows_per_cpu_s / bun.rows_per_cpu_s).collect();
        let (least, most) =
            (ratios.iter().copied().fold(f64::MAX, f64::min), ratios.iter().copied().fold(0.0, f64::max));
        let latency = |p50: f64, p99: f64| format!("{p50:.0}, {p99:.0} ms");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | **{:.2}** ({least:.2} to {most:.2}) | {:.0} | {:.0} | {} | {} |",
            workload.title,
            thousands(ours(|f| f.rows_per_cpu_s)),
            thousands(bun(|f| f.rows_per_cpu_s)),
            median(ratios.iter().copied()),
            ours(|f| f.bytes_per_row),
            bun(|f| f.bytes_per_row),
            latency(ours(|f| f.p50_ms), ours(|f| f.p99_ms)),
            latency(bun(|f| f.p50_ms), bun(|f| f.p99_ms)),
        );
    }
    let rounds = all.iter().map(|rounds| rounds.pairs.len()).max().unwrap_or(0);
    let _ = writeln!(
        text,
        "\nMedians of {rounds} rounds, in each of which both ran one after the other; {machine}. A delivery is one changed row \
         at one client: Bun sends each as a message of its own, we put those of a flush window into one frame. Every \
         client checked every frame, and its rows against HTTP at the end.",
    );
    for note in notes(all) {
        let _ = writeln!(text, "{note}");
    }
    text
}

/// What has to be known beside the figures.
fn notes(all: &[Rounds]) -> Vec<String> {
    let mut notes = Vec::new();
    for Rounds { workload, pairs } in all {
        let ours: Vec<Figures> = pairs.iter().map(|(ours, _)| *ours).collect();
        let bun: Vec<Figures> = pairs.iter().map(|(_, bun)| *bun).collect();
        for (name, runs) in [("Undercurrent", ours), ("Bun", bun)] {
            let errors: f64 = runs.iter().map(|figures| figures.errors).sum();
            if errors > 0.0 {
                notes.push(format!("{}: {name} told clients {errors:.0} wrong things.", workload.name));
            }
            let delivered = median(runs.iter().map(|figures| figures.delivered));
            if delivered < 0.95 {
                let part = delivered * 100.0;
                notes.push(format!("{}: {name} delivered {part:.0} % of what was to be delivered.", workload.name));
            }
        }
    }
    notes
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// `1234567.8` as `1,234,568`.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::workload::WORKLOADS;
    use super::*;

    fn figures(rows_per_cpu_s: f64) -> Figures {
        Figures { rows_per_cpu_s, delivered: 1.0, bytes_per_row: 43.0, p50_ms: 1.0, p99_ms: 2.0, errors: 0.0 }
    }

    #[test]
    fn ratios_are_of_pairs_and_the_middle_one_counts() {
        let pairs = [(2.0, 1.0), (9.0, 1.0), (30_000.0, 10_000.0)].map(|(a, b)| (figures(a), figures(b))).to_vec();
        let table = table(&[Rounds { workload: WORKLOADS[0], pairs }], "a machine");
        assert!(table.contains("| 9 | 1 | **3.00** (2.00 to 9.00) | 43 | 43 | 1, 2 ms | 1, 2 ms |"), "{table}");
        assert!(table.contains("Medians of 3 rounds") && table.contains("a machine"), "{table}");
    }

    #[test]
    fn what_was_wrong_or_late_is_said() {
        let late = Figures { delivered: 0.5, errors: 3.0, ..figures(1.0) };
        let rounds = Rounds { workload: WORKLOADS[0], pairs: vec![(figures(1.0), late)] };
        assert_eq!(
            notes(&[rounds]),
            ["w1: Bun told clients 3 wrong things.", "w1: Bun delivered 50 % of what was to be delivered."]
        );
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0.4, 999.6, 1_234_567.0].map(thousands), ["0", "1,000", "1,234,567"]);
        assert!((median([4.0, 1.0, 3.0, 2.0].into_iter()) - 2.5).abs() < 1e-9);
    }
}
