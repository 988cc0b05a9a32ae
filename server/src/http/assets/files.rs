//! Where the dashboard's files are.

use std::borrow::Cow;

use rust_embed::RustEmbed;

/// A file, and a text that changes when it does.
pub struct File {
    pub bytes: Cow<'static, [u8]>,
    pub tag: String,
}

/// Files by their path in `dist`, without a slash at its beginning.
pub trait Files {
    /// The file, if there is one.
    fn get(&self, path: &str) -> Option<File>;
}

/// The files that were compiled in. A build for debugging reads them from the folder instead, and a
/// build without the folder has none.
pub struct Embedded;

#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

impl Files for Embedded {
    fn get(&self, path: &str) -> Option<File> {
        let file = <Dist as RustEmbed>::get(path)?;
        let tag = super::hex(&file.metadata.sha256_hash()[..16]);
        Some(File { bytes: file.data, tag })
    }
}
