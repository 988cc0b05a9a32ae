//! What stays in this browser. Where storage is refused (private windows, policies) nothing stays,
//! and nothing else changes.

use web_sys::Storage;

use super::window;

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What was kept under that name.
pub fn load(name: &str) -> Option<String> {
    storage()?.get_item(&format!("undercurrent.{name}")).ok().flatten()
}

/// Keeps it.
pub fn save(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full storage refuses; the setting then lasts as long as the page.
        let _ = storage.set_item(&format!("undercurrent.{name}"), value);
    }
}
