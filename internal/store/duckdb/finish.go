package duckdb

import (
	"net/netip"
	"strings"

	"wirehunt/internal/defender"
)

// saveDevices notes the devices that the import saw.
func (tx *importTx) saveDevices(devices *defender.Devices) error {
	var ids, names, nameless, byAddr, addrs, owners []string
	for id, name := range devices.Names() {
		if _, err := netip.ParseAddr(name); err == nil {
			nameless, byAddr = append(nameless, id), append(byAddr, name)
		} else {
			ids, names = append(ids, id), append(names, name)
		}
	}
	for addr, id := range devices.Addresses() {
		addrs, owners = append(addrs, addr.String()), append(owners, id)
	}
	// An address as name never replaces a name that is known.
	if err := tx.exec(`INSERT INTO _devices SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]) ON CONFLICT DO NOTHING`, nameless, byAddr); err != nil {
		return err
	}
	if err := tx.exec(`INSERT INTO _devices SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])
ON CONFLICT DO UPDATE SET DeviceName = excluded.DeviceName WHERE excluded.DeviceName <> _devices.DeviceName`, ids, names); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO _device_addresses SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])
ON CONFLICT DO UPDATE SET DeviceId = excluded.DeviceId WHERE excluded.DeviceId <> _device_addresses.DeviceId`, addrs, owners)
}

// nameSource is a place where traffic tells the name of an address.
type nameSource struct {
	relation string
	query    string // gives address, name
}

// nameSources are the places, most trustworthy first.
var nameSources = []nameSource{
	{"zeek_ntlm", `SELECT "id.resp_h", coalesce(nullif(server_dns_computer_name, ''), server_nb_computer_name) FROM zeek_ntlm`},
	{"zeek_dhcp", `SELECT coalesce(assigned_addr, client_addr), coalesce(nullif(client_fqdn, ''), host_name) FROM zeek_dhcp`},
	{"zeek_ntlm", `SELECT "id.orig_h", hostname FROM zeek_ntlm`},
	{"zeek_dns", `SELECT json_extract_string(answers, '$[0]'), query FROM zeek_dns WHERE qtype_name IN ('A', 'AAAA') AND json_array_length(answers) = 1`},
}

// nameDevices gives the devices that are named by their address only the name
// that the traffic tells.
func (tx *importTx) nameDevices() error {
	for _, s := range nameSources {
		if _, ok := tx.rels[s.relation]; !ok {
			continue
		}
		err := tx.exec(`UPDATE _devices SET DeviceName = n.name
FROM (SELECT a.DeviceId AS id, min(s.name) AS name
	FROM (` + s.query + `) s(address, name) JOIN _device_addresses a USING (address)
	WHERE s.name IS NOT NULL AND s.name <> '' GROUP BY a.DeviceId) n
WHERE _devices.DeviceId = n.id AND EXISTS (FROM _device_addresses a WHERE a.DeviceId = n.id AND a.address = _devices.DeviceName)`)
		if err != nil {
			return err
		}
	}
	return nil
}

// attribute gives connections the processes that imported rows tell of: a
// device's own report (ConnectionSuccess, InboundConnectionAccepted, ...) of
// the same addresses and ports, while the connection lasted.  Five seconds
// of grace cover clocks that differ and reports that come late.
func (tx *importTx) attribute() error {
	raw := defender.TableRelation("DeviceNetworkEvents")
	_, hasRaw := tx.rels[raw]
	_, hasConn := tx.rels["zeek_conn"]
	if !hasRaw || !hasConn {
		return nil
	}
	var defs, cols []string
	for _, c := range defender.ProcessColumns() {
		defs = append(defs, ident(c.Name)+" "+sqlTypes[c.Type])
		cols = append(cols, "r."+ident(c.Name))
	}
	if err := tx.exec(`CREATE TABLE IF NOT EXISTS _processes (uid VARCHAR, side VARCHAR, ` + strings.Join(defs, ", ") + `)`); err != nil {
		return err
	}
	for _, s := range []struct{ side, local, localPort, remote, remotePort, flag, actions string }{
		{"orig", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", defender.ColOrigProcess, `('ConnectionSuccess', 'ConnectionFailed', 'ConnectionRequest')`},
		{"resp", "id.resp_h", "id.resp_p", "id.orig_h", "id.orig_p", defender.ColRespProcess, `('InboundConnectionAccepted')`},
	} {
		insert := `INSERT INTO _processes SELECT c.uid, ` + text(s.side) + `, ` + strings.Join(cols, ", ") + `
FROM zeek_conn c JOIN ` + ident(raw) + ` r
ON r.LocalIP = c.` + ident(s.local) + ` AND r.LocalPort = c.` + ident(s.localPort) + ` AND r.RemoteIP = c.` + ident(s.remote) + ` AND r.RemotePort = c.` + ident(s.remotePort) + `
AND r.Timestamp BETWEEN c.ts - 50000000 AND c.ts + CAST(coalesce(c.duration, 0) * 1e7 AS BIGINT) + 50000000
WHERE c.` + ident(s.flag) + ` IS NULL AND r.ActionType IN ` + s.actions + ` AND coalesce(r.InitiatingProcessFileName, '') <> ''
QUALIFY row_number() OVER (PARTITION BY c.uid ORDER BY abs(r.Timestamp - c.ts), r.rowid) = 1`
		if err := tx.exec(insert); err != nil {
			return err
		}
		if err := tx.exec(`UPDATE zeek_conn SET ` + ident(s.flag) + ` = true FROM _processes p WHERE p.uid = zeek_conn.uid AND p.side = ` + text(s.side) + ` AND ` + ident(s.flag) + ` IS NULL`); err != nil {
			return err
		}
	}
	return nil
}
