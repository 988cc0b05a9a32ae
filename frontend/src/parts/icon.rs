//! Icons as inline SVG, drawn with one path on a grid of 24.

use super::el::{El, svg};

/// An icon. It is decoration: the text beside it, or the button's label, says what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// The sign of the house: waves under a line.
    Brand,
    /// A star.
    Star,
    /// A lens.
    Search,
    /// A cross.
    Close,
    /// Two bars.
    Pause,
    /// A triangle.
    Play,
    /// A half-filled disc.
    Theme,
    /// Sliders.
    Display,
    /// An arrow into a tray.
    Download,
    /// A question mark.
    Help,
    /// Two links of a chain.
    Link,
    /// A table.
    Table,
    /// Lines of a tape.
    Tape,
    /// A board of prices.
    Odds,
    /// Two arrows, one each way.
    Arbs,
    /// A slip.
    Bets,
    /// An open book.
    Books,
    /// A person.
    Account,
    /// Two sheets.
    Copy,
    /// A lock.
    Lock,
    /// A pin.
    Pin,
    /// An arrow up.
    Top,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Icon::Brand => {
                "M3 6h18M3 12c2.2-2.4 4.4-2.4 6 0s3.8 2.4 6 0 3.8-2.4 6 0M3 18c2.2-2.4 4.4-2.4 6 0s3.8 2.4 6 0 3.8-2.4 6 0"
            }
            Icon::Star => "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9L3.5 9.7l5.9-.8z",
            Icon::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3L20 20",
            Icon::Close => "M6 6l12 12M18 6L6 18",
            Icon::Pause => "M8 5v14M16 5v14",
            Icon::Play => "M7 5l12 7-12 7z",
            Icon::Theme => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 4v16M12 8.5h6.5M12 12h8M12 15.5h6.5",
            Icon::Display => "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
            Icon::Download => "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
            Icon::Help => "M8.5 9a3.5 3.5 0 1 1 5.2 3.1c-1.1.6-1.7 1.3-1.7 2.6M12 18.5v.1",
            Icon::Link => "M10 14l4-4M8.5 11L6 13.5a3.5 3.5 0 0 0 5 5l2.5-2.5M15.5 13l2.5-2.5a3.5 3.5 0 0 0-5-5L10.5 8",
            Icon::Table => "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
            Icon::Tape => "M4 6h10M4 10h16M4 14h7M4 18h13",
            Icon::Odds => "M5 19V9M10 19V5M15 19v-8M20 19V7",
            Icon::Arbs => "M4 9h14M14.5 5.5L18 9l-3.5 3.5M20 15H6M9.5 11.5L6 15l3.5 3.5",
            Icon::Bets => "M6 3.5h12v17l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
            Icon::Books => {
                "M12 6.5C9.5 5 6.5 5 4 5.5v13c2.5-.5 5.5-.5 8 1 2.5-1.5 5.5-1.5 8-1v-13c-2.5-.5-5.5-.5-8 1zM12 6.5v13"
            }
            Icon::Copy => "M9 9h11v11H9zM5 15H4V4h11v1",
            Icon::Lock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
            Icon::Account => "M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM5 20c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5",
            Icon::Pin => "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
            Icon::Top => "M12 19V6M6.5 11L12 5.5l5.5 5.5",
        }
    }
}

/// Draws an icon.
pub fn icon(icon: Icon) -> El {
    svg("svg")
        .class("icon")
        .attr("viewBox", "0 0 24 24")
        .attr("aria-hidden", "true")
        .kid(svg("path").attr("d", icon.path()))
}
