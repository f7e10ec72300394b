# syntax=docker/dockerfile:1
# Accord in a small image that runs as nobody in particular. Built against the system's libpq, so that the connection to
# PostgreSQL may be encrypted.
#
#   docker build -t accord .
#   docker run -p 8080:8080 -p 8081:8081 -v accord:/var/lib/accord accord
#
# To try it: docker run --network host accord demo

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev pkg-config && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --locked --release --no-default-features && install -D target/release/accord /out/accord
RUN install -d -o 65532 -g 65532 /out/data

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/accord /usr/local/bin/accord
COPY --from=build --chown=65532:65532 /out/data /var/lib/accord
USER 65532:65532
# Inside the container every address is its own; what is reachable from outside is for `docker run -p` to say.
ENV ACCORD_DATA=/var/lib/accord ACCORD_PORTAL__LISTEN=0.0.0.0:8080 ACCORD_GATE__LISTEN=0.0.0.0:8081
VOLUME /var/lib/accord
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s CMD ["accord", "healthcheck"]
ENTRYPOINT ["accord"]
CMD ["serve"]
