//! What every page may use: header, badge, dialogs, notices, icons, the keyboard, the chart.

pub mod account;
pub mod announcer;
pub mod banner;
pub mod chart;
pub mod connection;
pub mod controls;
pub mod dialog;
pub mod el;
pub mod header;
pub mod help;
pub mod icon;
pub mod keys;
pub mod lights;
pub mod list;
pub mod say;
pub mod search;
pub mod split;
pub mod toast;
pub mod viewport;
