package api

import (
	"os"
	"os/exec"
	"testing"

	"wirehunt/internal/api/token"
)

const clientsDir = "../../test/clients"

// TestKustoClient runs Kusto's client for Node, as published, against a
// server.  make clients installs it.
func TestKustoClient(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node: Kusto's client is not tested")
	}
	if _, err := os.Stat(clientsDir + "/node_modules/azure-kusto-data/package.json"); err != nil {
		t.Skip("Kusto's client is not installed (make clients): it is not tested")
	}
	tokens := map[token.Role]string{}
	st := start(t, withTokens(t, tokens))
	cmd := exec.CommandContext(t.Context(), node, "--test", "kusto.test.mjs")
	cmd.Dir = clientsDir
	cmd.Env = append(os.Environ(), "WIREHUNT_URL="+st.url, "WIREHUNT_TOKEN="+tokens[token.Reader])
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
