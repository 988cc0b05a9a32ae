//! Settings: flags, environment variables, `undercurrent.toml`.
