# make run and make test are the two commands of the README.  Everything they
# need beyond Go, gcc and apt they fetch themselves.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X main.version=$(VERSION)

# How long each fuzz target runs, and which packages have some.
FUZZTIME ?= 30s

.PHONY: run test clients build bench fuzz lint generate range serve web e2e

DEMO = ./bin/wirehunt demo --db bin/range.db testdata/range

run: build
	@rm -f bin/range.db bin/range.db.wal
	@$(DEMO)
	@if [ -t 0 ] && [ -t 1 ]; then $(SERVE); else echo "The portal on these rows: make serve"; fi

# The portal on the hunting range; run ends with it on a terminal.
SERVE = ./bin/wirehunt serve --insecure-local --now-latest --db bin/range.db
serve: build
	@test -e bin/range.db || $(DEMO)
	$(SERVE)

build:
	@mkdir -p bin
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

test:
	@$(MAKE) -s test/clients/node_modules/.package-lock.json || echo "npm ci failed: the published clients are not tested"
	$(GO) vet ./...
	GOOS=js GOARCH=wasm $(GO) vet ./kql/...
	$(GO) test ./...
	@WIREHUNT_E2E_BUSY=1 $(MAKE) -s e2e

# Clients as their makers publish them, against a server; make test runs them
# too where npm is.
clients: test/clients/node_modules/.package-lock.json
	$(GO) test ./internal/api -run TestKustoClient -count=1 -v

test/clients/node_modules/.package-lock.json: test/clients/package-lock.json
	@if command -v npm >/dev/null; then cd test/clients && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json; \
	else echo "there is no npm: the published clients are not tested"; fi

bench:
	$(GO) test -run '^$$' -bench . -benchmem -count=6 ./...

fuzz:
	@./scripts/fuzz.sh $(FUZZTIME)

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff

# Writes golden files and generated documentation anew.
generate:
	$(GO) test ./... -update

# Records the hunting range again; needs root and Debian's packages.
range:
	testdata/range/record.sh

# The portal is committed built; this builds it again, with npm.
web:
	cd web && npm ci && npm run build

# The portal in a real browser, Debian's chromium, which is installed by apt
# where it is missing and may be.  make test runs it too, where npm is, without
# judging the measures: other tests may disturb them.
e2e: build
	./web/e2e/run.sh
