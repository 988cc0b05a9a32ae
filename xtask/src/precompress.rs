//! Compresses the dashboard once, as well as it can be done, so that the server never has to.
//!
//! Beside each file that is worth it goes a `.br` and a `.gz`. Pictures and fonts are compressed
//! already; a page with a nonce in it is changed for every reader and must leave as it is.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::tree;

const TEXT: [&str; 10] = ["css", "html", "js", "json", "map", "mjs", "svg", "txt", "wasm", "webmanifest"];
/// What Trunk leaves in a page for the server to replace.
const NONCE: &[u8] = b"{{__TRUNK_NONCE__}}";
const BROTLI_QUALITY: i32 = 11;
/// As far back as the format can point: files are held in memory whole anyway.
const BROTLI_WINDOW_BITS: i32 = 24;

/// What was compressed: bytes before and after.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub files: usize,
    pub plain: usize,
    pub brotli: usize,
    pub gzip: usize,
}

/// Compresses every file below `folder` that is worth it.
pub fn folder(folder: &Path) -> Result<Totals> {
    let mut totals = Totals::default();
    for (name, content) in tree::read(folder)? {
        let path = folder.join(name);
        if !is_worth_it(&path, &content) {
            continue;
        }
        totals.files += 1;
        totals.plain += content.len();
        totals.brotli += write_beside(&path, "br", &content, &brotli(&content)?)?;
        totals.gzip += write_beside(&path, "gz", &content, &gzip(&content)?)?;
    }
    Ok(totals)
}

fn is_worth_it(path: &Path, content: &[u8]) -> bool {
    let is_text =
        path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| TEXT.contains(&extension));
    is_text && !content.windows(NONCE.len()).any(|part| part == NONCE)
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// Writes the packed form where it is the smaller one, and says how many bytes a reader gets.
fn write_beside(path: &Path, extension: &str, plain: &[u8], packed: &[u8]) -> Result<usize> {
    if packed.len() >= plain.len() {
        return Ok(plain.len());
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    fs::write(&name, packed).with_context(|| format!("cannot write {}", PathBuf::from(&name).display()))?;
    Ok(packed.len())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn text_and_wasm_are_compressed_and_pictures_are_not() {
        for name in ["app.css", "app-1a2b.js", "app_bg.wasm", "icons/sprite.svg", "site.webmanifest"] {
            assert!(is_worth_it(Path::new(name), b"x"), "{name}");
        }
        for name in ["icon.png", "font.woff2", "app.js.br", "app.js.gz", "LICENSE"] {
            assert!(!is_worth_it(Path::new(name), b"x"), "{name}");
        }
    }

    #[test]
    fn a_page_that_the_server_rewrites_is_left_alone() {
        let page = Path::new("index.html");
        assert!(is_worth_it(page, b"<script type=module>"));
        assert!(!is_worth_it(page, b"<script nonce={{__TRUNK_NONCE__}}>"));
    }

    #[test]
    fn what_is_compressed_unpacks_to_what_it_was() {
        let content: Vec<u8> = b"position 1, position 2, ".repeat(500);

        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(&content).expect("in memory"), &mut unpacked).expect("our own brotli");
        assert_eq!(unpacked, content);

        unpacked.clear();
        flate2::read::GzDecoder::new(&*gzip(&content).expect("in memory"))
            .read_to_end(&mut unpacked)
            .expect("our own gzip");
        assert_eq!(unpacked, content);
    }

    #[test]
    fn compressed_files_lie_beside_their_originals_and_are_counted() {
        let top = tempfile::tempdir().expect("a folder for the test");
        fs::create_dir(top.path().join("icons")).expect("empty");
        fs::write(top.path().join("app.js"), "let a = 1;".repeat(100)).expect("empty");
        fs::write(top.path().join("icons/a.svg"), "<svg/>".repeat(100)).expect("empty");
        fs::write(top.path().join("icons/a.png"), "not text").expect("empty");
        fs::write(top.path().join("a.txt"), "a").expect("empty");

        let totals = folder(top.path()).expect("the folder is readable");
        assert_eq!((totals.files, totals.plain), (3, 1_601));
        assert!(totals.brotli < 400 && totals.gzip < 400, "{totals:?}");
        assert!(top.path().join("app.js.br").is_file());
        assert!(top.path().join("icons/a.svg.gz").is_file());
        assert!(!top.path().join("icons/a.png.br").exists());
        assert!(!top.path().join("a.txt.br").exists(), "it would be longer than the file");

        let again = folder(top.path()).expect("still readable");
        assert_eq!(again, totals, "compressed files are not compressed again");
    }
}
