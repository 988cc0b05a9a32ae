//! Everything that fuzzing began with or found, tried again.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// Calls `check` with each file of a target's corpus.
fn replay(target: &str, check: fn(&[u8])) -> anyhow::Result<()> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&folder)?;
    let files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<BTreeSet<_>>>()?;
    assert!(!files.is_empty(), "{} is empty", folder.display());
    for file in files {
        println!("{}", file.display());
        check(&std::fs::read(&file)?);
    }
    Ok(())
}

#[test]
fn frames() -> anyhow::Result<()> {
    replay("frames", tests::fuzz::frames)
}

#[test]
fn tapes() -> anyhow::Result<()> {
    replay("tape", tests::fuzz::tape)
}

#[test]
fn connections() -> anyhow::Result<()> {
    replay("connection", tests::fuzz::connection)
}

#[test]
fn websockets() -> anyhow::Result<()> {
    replay("websocket", tests::fuzz::websocket)
}

#[test]
fn handshakes() -> anyhow::Result<()> {
    replay("handshake", tests::fuzz::handshake)
}

#[test]
fn odds() -> anyhow::Result<()> {
    replay("odds", tests::fuzz::odds)
}
