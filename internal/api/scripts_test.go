package api

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"wirehunt/internal/api/token"
)

// script sends a request as a script would: the bytes of the body as they
// are, and only the headers that are given.
func script(t *testing.T, url, body string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, b
}

// TestDefenderScript sends what the scripts that Microsoft publishes for the
// advanced hunting API send, in Python (urllib) and PowerShell
// (Invoke-WebRequest), and reads the replies as they do.
func TestDefenderScript(t *testing.T) {
	tokens := map[token.Role]string{}
	st := start(t, withTokens(t, tokens))
	query := `DeviceNetworkEvents | where ActionType == "HttpConnectionInspected" | project Timestamp, DeviceId, RemotePort, Ok = RemotePort > 0 | take 3`
	python, _ := json.Marshal(map[string]string{"Query": query})
	// ConvertTo-Json escapes <, > and ' and ends no line.
	powershell := "\ufeff{\r\n    \"Query\":  " + strings.NewReplacer(">", `\u003e`, "'", `\u0027`).Replace(string(python[len(`{"Query":`):len(python)-1])) + "\r\n}"
	for name, c := range map[string]struct{ path, body, agent string }{
		"Python":     {"/api/advancedqueries/run", string(python), "Python-urllib/3.11"},
		"PowerShell": {"/api/advancedqueries/run", powershell, "Mozilla/5.0 (Windows NT; Windows NT 10.0) WindowsPowerShell/5.1"},
		"XDR":        {"/api/advancedhunting/run", string(python), "python-requests/2.31.0"},
	} {
		res, b := script(t, st.url+c.path, c.body, "Content-Type", "application/json", "Accept", "application/json", "Authorization", "Bearer "+tokens[token.Reader], "User-Agent", c.agent)
		var reply struct {
			Stats   struct{ ExecutionTime float64 }
			Schema  []struct{ Name, Type string }
			Results []map[string]any
		}
		dec := json.NewDecoder(strings.NewReader(string(b)))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&struct {
			Stats   any
			Schema  any
			Results any
		}{}); err != nil {
			t.Errorf("%s: members that the service does not have: %v", name, err)
		}
		if err := json.Unmarshal(b, &reply); err != nil || res.StatusCode != 200 {
			t.Fatalf("%s: %d %v %s", name, res.StatusCode, err, b)
		}
		var columns []string
		for _, c := range reply.Schema {
			columns = append(columns, c.Name+":"+c.Type)
		}
		if got := strings.Join(columns, " "); got != "Timestamp:DateTime DeviceId:String RemotePort:Int32 Ok:SByte" || len(reply.Results) != 3 {
			t.Errorf("%s: columns %s, %d rows", name, got, len(reply.Results))
		}
		for _, row := range reply.Results {
			if at, _ := row["Timestamp"].(string); len(at) != len("2023-11-07T11:00:00.1234567Z") || !strings.HasSuffix(at, "Z") {
				t.Errorf("%s: Timestamp %q", name, at)
			}
		}
	}
}

// TestGraphScript sends what Start-MgSecurityHuntingQuery and Graph's SDKs
// send.
func TestGraphScript(t *testing.T) {
	tokens := map[token.Role]string{}
	st := start(t, withTokens(t, tokens))
	auth := []string{"Content-Type", "application/json", "Authorization", "Bearer " + tokens[token.Hunter], "client-request-id", "8d0c8a32-0000-4b0b-9b0a-000000000001"}
	for _, path := range []string{"/v1.0/security/runHuntingQuery", "/v1.0/security/microsoft.graph.security.runHuntingQuery"} {
		for _, body := range []string{
			`{"Query":"DeviceNetworkEvents | where ActionType == 'SshConnectionInspected' | project Timestamp, DeviceName | take 2"}`,
			`{"query":"DeviceNetworkEvents | where ActionType == 'SshConnectionInspected' | project Timestamp, DeviceName | take 2","timespan":"P36500D"}`,
		} {
			res, b := script(t, st.url+path, body, auth...)
			var reply struct {
				Context string `json:"@odata.context"`
				Schema  []struct {
					Name string `json:"name"`
					Type string `json:"type"`
				} `json:"schema"`
				Results []map[string]any `json:"results"`
			}
			if err := json.Unmarshal(b, &reply); err != nil || res.StatusCode != 200 {
				t.Fatalf("%s: %d %v %s", path, res.StatusCode, err, b)
			}
			if !strings.HasSuffix(reply.Context, "$metadata#microsoft.graph.security.huntingQueryResults") || len(reply.Schema) != 2 || reply.Schema[0].Name != "Timestamp" ||
				reply.Schema[0].Type != "DateTime" || len(reply.Results) != 2 || reply.Results[0]["DeviceName"] == nil {
				t.Errorf("%s: %s", path, b)
			}
		}
	}
	res, b := script(t, st.url+"/v1.0/security/runHuntingQuery", `{"Query":"DeviceNetworkEvents | where X == 1"}`, auth...)
	var e struct {
		Error struct {
			Code, Message string
			InnerError    map[string]string
		}
	}
	if err := json.Unmarshal(b, &e); err != nil || res.StatusCode != 400 || e.Error.Code != "BadRequest" || !strings.HasSuffix(e.Error.Message, "Fix semantic errors in your query.") ||
		e.Error.InnerError["client-request-id"] != "8d0c8a32-0000-4b0b-9b0a-000000000001" || e.Error.InnerError["request-id"] == "" || e.Error.InnerError["date"] == "" {
		t.Errorf("error: %d %s", res.StatusCode, b)
	}
}

// TestPythonScript runs Microsoft's form of a script with a real Python, where
// there is one.
func TestPythonScript(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3: the script is not run")
	}
	tokens := map[token.Role]string{}
	st := start(t, withTokens(t, tokens))
	const text = `
import json, sys, urllib.request
url, token, query = sys.argv[1:]
headers = {'Content-Type': 'application/json', 'Accept': 'application/json', 'Authorization': 'Bearer ' + token}
data = json.dumps({'Query': query}).encode('utf-8')
response = urllib.request.urlopen(urllib.request.Request(url, data, headers))
reply = json.loads(response.read())
print([c['Name'] for c in reply['Schema']], [list(r.values()) for r in reply['Results']])
`
	out, err := exec.CommandContext(t.Context(), python, "-c", text, st.url+"/api/advancedqueries/run", tokens[token.Reader], "range x from 1 to 3 step 1 | extend s = strcat('é', x)").CombinedOutput()
	if want := "['x', 's'] [[1, 'é1'], [2, 'é2'], [3, 'é3']]\n"; err != nil || string(out) != want {
		t.Errorf("%v %s, want %s", err, out, want)
	}
}
