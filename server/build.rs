//! Says what is compiled in besides the code, so that a change of it compiles the server again.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    // Builds for debugging read the dashboard from its folder when they are asked for it.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed=../dist");
    }
}
