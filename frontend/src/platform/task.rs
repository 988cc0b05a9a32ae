//! Work that waits for the browser.

use std::pin::Pin;

/// Runs a future to its end. Boxed: each future type would be a copy of the executor.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    wasm_bindgen_futures::spawn_local(future);
}
