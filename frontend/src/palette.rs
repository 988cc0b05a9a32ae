//! The colours of the page, held against WCAG 2.2: text 4.5:1, signs and edges of controls 3:1, in
//! both themes, also while a cell is lit.

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../styles/tokens.css");

/// What text is set in, on what.
const TEXTS: [(&str, &[&str]); 9] = [
    ("ink", &["ground", "surface", "raised", "hover", "chosen", "up-fill", "down-fill", "best-fill"]),
    ("muted", &["ground", "surface", "raised", "hover", "chosen"]),
    ("up", &["surface", "hover", "chosen", "raised", "up-fill", "down-fill", "best-fill"]),
    ("down", &["surface", "hover", "chosen", "raised", "up-fill", "down-fill", "best-fill"]),
    ("accent", &["surface", "ground"]),
    ("surface", &["accent", "ink"]),
    ("good", &["surface", "raised", "hover", "best-fill"]),
    ("warn", &["surface", "raised", "warn-fill"]),
    ("bad", &["surface", "raised", "bad-fill"]),
];
/// What is drawn, on what.
const SIGNS: [(&str, &[&str]); 13] = [
    ("edge", &["surface", "ground", "hover"]),
    ("up-bar", &["surface", "hover"]),
    ("down-bar", &["surface"]),
    ("accent", &["surface", "ground", "chosen"]),
    ("warn", &["chosen", "hover"]),
    ("series-0", &["surface"]),
    ("series-1", &["surface"]),
    ("series-2", &["surface"]),
    ("series-3", &["surface"]),
    ("series-4", &["surface"]),
    ("series-5", &["surface"]),
    ("series-6", &["surface"]),
    ("series-7", &["surface"]),
];

#[derive(Clone, Copy)]
enum Theme {
    Light,
    Dark,
}

/// Each token's colours in light and dark.
fn tokens() -> BTreeMap<&'static str, [&'static str; 2]> {
    let token = |line: &'static str| {
        let (name, rest) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
        let (light, dark) = rest.strip_suffix(");")?.split_once(", ")?;
        Some((name, [light, dark]))
    };
    TOKENS.lines().filter_map(token).collect()
}

/// Relative luminance of `#rrggbb` (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn too_weak(pairs: &[(&str, &[&str])], least: f64) -> Vec<String> {
    let tokens = tokens();
    let mut weak = Vec::new();
    for theme in [Theme::Light, Theme::Dark] {
        let colour = |name: &str| tokens[name][theme as usize];
        for (front, backs) in pairs {
            for back in *backs {
                let ratio = contrast(colour(front), colour(back));
                if ratio < least {
                    let name = if matches!(theme, Theme::Light) { "light" } else { "dark" };
                    weak.push(format!("{name}: {front} on {back} {ratio:.2}"));
                }
            }
        }
    }
    weak
}

#[test]
fn contrast_is_computed_as_the_guidelines_say() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
    assert!(tokens().len() > 15);
}

#[test]
fn text_can_be_read_in_both_themes_also_while_a_cell_is_lit() {
    assert_eq!(too_weak(&TEXTS, 4.5), Vec::<String>::new());
}

#[test]
fn signs_and_edges_of_controls_can_be_seen_in_both_themes() {
    assert_eq!(too_weak(&SIGNS, 3.0), Vec::<String>::new());
}
