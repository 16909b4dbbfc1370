package duckdb

import (
	"errors"
	"net/netip"
	"strings"

	"wirehunt/internal/defender"
	"wirehunt/schema"
)

// saveDevices notes the devices that the import saw.  They go through
// temporary tables: statements with parameters are slow with many thousands.
func (tx *importTx) saveDevices(devices *defender.Devices) error {
	names, err := tx.temporary("_seen_devices", []defender.PhysColumn{{Name: "DeviceId", Type: schema.String}, {Name: "DeviceName", Type: schema.String}, {Name: "named", Type: schema.Bool}})
	if err != nil {
		return err
	}
	for id, name := range devices.Names() {
		_, err := netip.ParseAddr(name)
		names.setString(0, id)
		names.setString(1, name)
		names.setBool(2, err != nil)
		if err := names.endRow(); err != nil {
			return errors.Join(err, names.drop())
		}
	}
	if err := names.close(); err != nil {
		return err
	}
	addrs, err := tx.temporary("_seen_addresses", []defender.PhysColumn{{Name: "address", Type: schema.String}, {Name: "DeviceId", Type: schema.String}})
	if err != nil {
		return err
	}
	for addr, id := range devices.Addresses() {
		addrs.setString(0, addr.String())
		addrs.setString(1, id)
		if err := addrs.endRow(); err != nil {
			return errors.Join(err, addrs.drop())
		}
	}
	if err := addrs.close(); err != nil {
		return err
	}
	// Of what is known already nothing is written.  An address as name never
	// replaces a name that is known.
	for _, query := range []string{
		`INSERT INTO _devices SELECT DeviceId, DeviceName FROM temp._seen_devices s WHERE NOT EXISTS (FROM _devices d WHERE d.DeviceId = s.DeviceId)`,
		`UPDATE _devices SET DeviceName = s.DeviceName FROM temp._seen_devices s WHERE s.DeviceId = _devices.DeviceId AND s.named AND s.DeviceName <> _devices.DeviceName`,
		`UPDATE _device_addresses SET DeviceId = s.DeviceId FROM temp._seen_addresses s WHERE s.address = _device_addresses.address AND s.DeviceId <> _device_addresses.DeviceId`,
		`INSERT INTO _device_addresses SELECT address, DeviceId FROM temp._seen_addresses s WHERE NOT EXISTS (FROM _device_addresses d WHERE d.address = s.address)`,
		`DROP TABLE temp._seen_devices`,
		`DROP TABLE temp._seen_addresses`,
	} {
		if err := tx.exec(query); err != nil {
			return err
		}
	}
	return nil
}

// temporary makes a temporary table of this import and returns its appender.
func (tx *importTx) temporary(name string, cols []defender.PhysColumn) (*appender, error) {
	if err := tx.exec(`CREATE OR REPLACE TEMPORARY TABLE ` + columnList(name, cols)); err != nil {
		return nil, err
	}
	return newAppender(tx.raw, "temp", name, cols)
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
	if err := tx.releaseMemory(); err != nil {
		return err
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
	return tx.spareMemory()
}
