//! The dashboard's entry in the browser. Built natively, for tests, it does nothing.

fn main() {
    #[cfg(target_arch = "wasm32")]
    frontend::start();
}
