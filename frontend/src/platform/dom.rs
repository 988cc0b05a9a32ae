//! The window, the document, and the settings that `index.html` carries.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Window};

/// The window.
pub fn window() -> Window {
    web_sys::window().expect("a page runs in a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// The `html` element, which carries theme and density.
pub fn root() -> Element {
    document().document_element().expect("a document has a root")
}

/// The element of that id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// What `<meta name="undercurrent-...">` says; an empty one says nothing.
pub fn meta(name: &str) -> Option<String> {
    let tag = document().query_selector(&format!("meta[name=undercurrent-{name}]")).ok()??;
    tag.get_attribute("content").filter(|content| !content.is_empty())
}

/// Where the server is: `https://host`, without a slash at the end. The page's own origin unless
/// `undercurrent-server` says otherwise.
pub fn origin() -> String {
    let own = || window().location().origin().unwrap_or_default();
    meta("server").unwrap_or_else(own).trim_end_matches('/').to_owned()
}
