# A static binary and nothing else. The state directory is the volume /var/lib/spoor.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /out/spoor ./cmd/spoor && mkdir /out/state

FROM scratch
COPY --from=build /out/spoor /spoor
COPY --from=build --chown=65532:65532 /out/state /var/lib/spoor
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
USER 65532:65532
VOLUME /var/lib/spoor
ENV SPOOR_DATA_DIR=/var/lib/spoor
# Inside a container "localhost" reaches nobody. A forgotten broker address must not become a silent embedded broker.
ENV SPOOR_HTTP_LISTEN=:8080 SPOOR_KAFKA_REQUIRED=true
EXPOSE 6343/udp 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["/spoor", "health"]
ENTRYPOINT ["/spoor"]
CMD ["run"]
