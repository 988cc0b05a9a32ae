# syntax=docker/dockerfile:1

# The server with the dashboard inside, built by the same `cargo xtask build` as on a desk.
#   docker build --tag undercurrent .
#   docker run --publish 3000:3000 --volume undercurrent:/data undercurrent
# No VOLUME and no cache mounts, because not every host that builds this file allows them.

FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src

# The tools take minutes and seldom change: a layer of their own, made by an xtask that stands
# alone, so that no change of the other crates makes them anew.
COPY Cargo.toml Cargo.lock rust-toolchain.toml ./
COPY .cargo .cargo
COPY xtask xtask
RUN sed -i -e 's/^members = .*/members = ["xtask"]/' -e '/^default-members = /d' Cargo.toml \
    && cargo xtask tools

COPY . .
RUN cargo xtask build

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --no-create-home undercurrent \
    && install --directory --owner=undercurrent --group=undercurrent /data
COPY --from=build /src/target/release/undercurrent /usr/local/bin/undercurrent
# PORT, not UNDERCURRENT_LISTEN: a host that chooses the port does it by that name.
ENV PORT=3000 \
    UNDERCURRENT_DATABASE_URL=sqlite:///data/undercurrent.db
USER 10001
WORKDIR /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["undercurrent", "health"]
ENTRYPOINT ["undercurrent"]
CMD ["serve"]
