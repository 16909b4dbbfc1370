package bench

import "strings"

// columns of DeviceNetworkEvents that no log fills, to give as many.
var noProcess = strings.Repeat(", ''", 33)

// inspected is the SQL by hand for rows of DeviceNetworkEvents that a log
// gives: both views of each connection, with the fields as JSON text.
func inspected(log, fields, extra, outWhere, inWhere string) string {
	side := func(direction, l, r, where string) string {
		if where == "false" {
			return ""
		}
		return `SELECT ts, _` + l + `_device, n.DeviceName, '` + log + `', "id.` + r + `_h", "id.` + r + `_p", "id.` + l + `_h", "id.` + l + `_p", 'Tcp', _` + l + `_ip_type, _` + r + `_ip_type,
z.rowid, json_object('direction', '` + direction + `', ` + fields + `)` + noProcess + extra + `
FROM zeek_` + log + ` z LEFT JOIN _devices n ON n.DeviceId = _` + l + `_device WHERE _` + l + `_device IS NOT NULL AND ` + where
	}
	out, in := side("Out", "orig", "resp", outWhere), side("In", "resp", "orig", inWhere)
	if in == "" {
		return out
	}
	return out + "\nUNION ALL\n" + in
}

const (
	httpFields = `'uid', uid, 'trans_depth', trans_depth, 'method', method, 'host', host, 'uri', uri, 'referrer', referrer, 'version', version, 'user_agent', user_agent, 'origin', origin, 'request_body_len', request_body_len, 'response_body_len', response_body_len, 'status_code', status_code, 'status_msg', status_msg, 'info_code', info_code, 'info_msg', info_msg, 'tags', tags, 'username', username, 'proxied', proxied, 'orig_fuids', orig_fuids, 'orig_filenames', orig_filenames, 'orig_mime_types', orig_mime_types, 'resp_fuids', resp_fuids, 'resp_filenames', resp_filenames, 'resp_mime_types', resp_mime_types`
	sshFields  = `'uid', uid, 'version', version, 'auth_success', auth_success, 'auth_attempts', auth_attempts, 'client', client, 'server', server, 'cipher_alg', cipher_alg, 'mac_alg', mac_alg, 'host_key_fingerprint', host_key_fingerprint`
	sslFields  = `'ts', ts, 'uid', uid, 'version', version, 'cipher', cipher, 'curve', curve, 'server_name', server_name, 'resumed', resumed, 'established', established, 'subject', subject, 'issuer', issuer`
	dnsFields  = `'ts', ts, 'uid', uid, 'trans_id', trans_id, 'rtt', rtt, 'query', query, 'qtype_name', qtype_name, 'rcode_name', rcode_name, 'AA', AA, 'TC', TC, 'RD', RD, 'RA', RA, 'answers', answers, 'TTLs', TTLs`
	downloads  = `regexp_matches(uri, '\.(?:dll|exe|zip|7z|ps1|ps|bat|sh)$')`
	private    = `'^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)'`
)

// publishedByHand has the SQL that somebody who knows the tables would write
// for each published query.  $now stands for the time of the newest record.
var publishedByHand = map[string]string{
	"001-01": `SELECT * FROM defender_DeviceNetworkEvents WHERE ActionType = 'NetworkSignatureInspected' AND json_extract_string(AdditionalFields, '$.SignatureName') = 'SSH'`,
	"001-02": inspected("ssh", sshFields, "", "true", "true"),
	"001-03": `SELECT a FROM (
SELECT 'HttpConnectionInspected' AS a FROM zeek_http WHERE _orig_device IS NOT NULL OR _resp_device IS NOT NULL
UNION ALL SELECT 'DnsConnectionInspected' FROM zeek_dns WHERE _orig_device IS NOT NULL OR _resp_device IS NOT NULL
UNION ALL SELECT 'SshConnectionInspected' FROM zeek_ssh WHERE _orig_device IS NOT NULL OR _resp_device IS NOT NULL
UNION ALL SELECT 'SslConnectionInspected' FROM zeek_ssl WHERE _orig_device IS NOT NULL OR _resp_device IS NOT NULL
UNION ALL SELECT 'IcmpConnectionInspected' FROM zeek_conn WHERE proto = 'icmp' AND (_orig_device IS NOT NULL OR _resp_device IS NOT NULL)
) GROUP BY a`,
	"001-04": `SELECT coalesce(user_agent, '') AS a, count(DISTINCT _orig_device) AS n FROM zeek_http WHERE _orig_device IS NOT NULL GROUP BY 1 ORDER BY 2`,
	"001-05": `SELECT r.DeviceId, 'HttpConnectionInspected', l.f, l.l, l.lp, l.r, l.rp, r.InitiatingProcessId, r.InitiatingProcessFileName, l.k FROM (
SELECT "id.orig_h" AS l, "id.orig_p" AS lp, "id.resp_h" AS r, "id.resp_p" AS rp, ts // 3000000000 * 3000000000 AS k, json_object('direction', 'Out', ` + httpFields + `) AS f
FROM zeek_http WHERE _orig_device IS NOT NULL AND ts > $now - 36000000000 AND user_agent = 'TrickXYZ'
UNION ALL
SELECT "id.resp_h", "id.resp_p", "id.orig_h", "id.orig_p", ts // 3000000000 * 3000000000, json_object('direction', 'In', ` + httpFields + `)
FROM zeek_http WHERE _resp_device IS NOT NULL AND ts > $now - 36000000000 AND user_agent = 'TrickXYZ'
) l JOIN (
SELECT DeviceId, LocalIP, LocalPort, RemoteIP, Timestamp // 3000000000 * 3000000000 AS k, InitiatingProcessId, InitiatingProcessFileName
FROM defender_DeviceNetworkEvents WHERE Timestamp > $now - 36000000000 AND ActionType = 'ConnectionSuccess'
UNION ALL
SELECT _orig_device, "id.orig_h", "id.orig_p", "id.resp_h", ts // 3000000000 * 3000000000, NULL, ''
FROM zeek_conn WHERE _orig_device IS NOT NULL AND ts > $now - 36000000000 AND proto IN ('tcp', 'udp') AND conn_state IN ('S1', 'SF', 'S2', 'S3', 'RSTO', 'RSTR') AND _orig_process IS NOT TRUE
) r ON r.LocalIP = l.l AND r.RemoteIP = l.r AND r.LocalPort = l.lp AND r.k = l.k`,
	"001-06": inspected("http", httpFields, ", user_agent, uri, '', ''", downloads, downloads),
	"001-07": `SELECT l, r, count(*) AS n FROM (
SELECT "id.orig_h" AS l, "id.resp_h" AS r FROM zeek_ssh WHERE _orig_device IS NOT NULL AND auth_success = false AND auth_attempts > 3
UNION ALL SELECT "id.resp_h", "id.orig_h" FROM zeek_ssh WHERE _resp_device IS NOT NULL AND auth_success = false AND auth_attempts > 3
) GROUP BY 1, 2 HAVING count(*) > 4 ORDER BY n DESC`,
	"001-08": `SELECT DISTINCT coalesce(server, ''), coalesce(client, '') FROM zeek_ssh WHERE _orig_device IS NOT NULL OR _resp_device IS NOT NULL`,
	"001-09": `SELECT "id.resp_h", "id.orig_h", orig_bytes, resp_bytes, duration, ts, _orig_device, n.DeviceName FROM (
SELECT * FROM zeek_conn WHERE proto = 'icmp' AND _orig_device IS NOT NULL AND duration >= 101 AND orig_bytes > 500000 ORDER BY orig_bytes DESC LIMIT 10
) JOIN _devices n ON n.DeviceId = _orig_device ORDER BY orig_bytes DESC`,
	"001-10": `SELECT _orig_device, ts // 6000000000 * 6000000000 AS t, to_json(list(DISTINCT "id.resp_h")) FROM zeek_conn
WHERE proto = 'icmp' AND _orig_device IS NOT NULL AND regexp_matches("id.resp_h", ` + private + `) GROUP BY 1, 2 HAVING count(DISTINCT "id.resp_h") > 5`,
	"001-11": `SELECT * FROM defender_DeviceImageLoadEvents WHERE FileName ILIKE 'icmp.dll' OR FileName ILIKE 'Iphlpapi.dll'`,
	"001-12": inspected("ssl", sslFields, ", issuer, 'Out'", `NOT regexp_matches("id.resp_h", `+private+`) AND regexp_matches(issuer, 'CN=\S+$')`, "false"),
	"001-13": inspected("dns", dnsFields, ", 'Out', qtype_name, query, answers", `qtype_name = 'TXT' AND answers IS NOT NULL
AND "id.resp_h" NOT IN (SELECT DISTINCT a FROM (SELECT unnest(json_extract_string(DnsAddresses, '$[*]')) AS a FROM defender_DeviceNetworkInfo WHERE DnsAddresses <> '') WHERE a NOT IN ('::', '127.0.0.1', '0.0.0.0'))`, "false"),
	"001-14": `SELECT "id.resp_h", ts // 6000000000 * 6000000000 AS t, _resp_device, to_json(list(DISTINCT username)) FROM zeek_ntlm
WHERE _resp_device IN (SELECT DeviceId FROM defender_DeviceInfo GROUP BY 1 HAVING arg_max(IsInternetFacing, Timestamp)) AND username <> '' AND success IS NOT TRUE
GROUP BY 1, 2, 3 HAVING count(DISTINCT username) > 3`,
	"002-10": `SELECT uri, count(*) FROM (
SELECT uri FROM zeek_http WHERE _orig_device IS NOT NULL AND ` + downloads + `
UNION ALL SELECT uri FROM zeek_http WHERE _resp_device IS NOT NULL AND ` + downloads + `) GROUP BY 1`,

	"office-regsvr32": `SELECT Timestamp, DeviceName, AccountName, AccountDomain, ProcessCommandLine, InitiatingProcessCommandLine, InitiatingProcessFileName FROM defender_DeviceProcessEvents
WHERE FileName = 'regsvr32.exe' AND regexp_matches(InitiatingProcessFileName, '(?i)\b(winword|powerpnt|excel)\.exe\b')`,
	"runas-savecred": `SELECT Timestamp, DeviceName, regexp_extract(ProcessCommandLine, 'user:(.*?) ', 1), ProcessCommandLine FROM defender_DeviceProcessEvents
WHERE FileName = 'runas.exe' AND contains(lower(ProcessCommandLine), '/savecred')`,
	"logon-failure-reasons": `SELECT FailureReason, count(*) FROM defender_DeviceLogonEvents WHERE FailureReason <> '' GROUP BY 1`,
	"encoded-powershell": `SELECT DeviceName, count(*) AS n FROM defender_DeviceProcessEvents
WHERE Timestamp > $now - 1728000000000 AND (contains(lower(ProcessCommandLine), 'powershell') OR contains(lower(InitiatingProcessCommandLine), 'powershell'))
AND (regexp_matches(ProcessCommandLine, '(?i)-enc(odedcommand)?\b') OR regexp_matches(InitiatingProcessCommandLine, '(?i)-enc(odedcommand)?\b'))
AND regexp_matches(ProcessCommandLine, '\s[A-Za-z0-9+/]{20}\S+$') GROUP BY 1 ORDER BY 2 DESC`,
	"tampering-attempts": `SELECT DeviceName, count(*), to_json(list(DISTINCT json_extract_string(AdditionalFields, '$.TamperingAction'))), to_json(list(DISTINCT json_extract_string(AdditionalFields, '$.Target'))),
to_json(list(DISTINCT RegistryValueName)), to_json(list(DISTINCT InitiatingProcessCommandLine)) FROM defender_DeviceEvents WHERE ActionType = 'TamperingAttempt' GROUP BY 1`,
	"asr-by-device": `SELECT DeviceName, count(*) FROM defender_DeviceEvents WHERE lower(ActionType) LIKE 'asr%' GROUP BY 1 ORDER BY 2 DESC`,
	"antivirus-scan-status": `SELECT n, 'AntivirusScanCompleted', json_extract_string(f, '$.ScanTypeIndex'), d FROM (
SELECT arg_max(DeviceName, Timestamp) AS n, arg_max(AdditionalFields, Timestamp) AS f, $now // 864000000000 - max(Timestamp) // 864000000000 AS d
FROM defender_DeviceEvents WHERE ActionType = 'AntivirusScanCompleted' GROUP BY DeviceId) WHERE d > 0 ORDER BY d DESC`,
	"settingcontent-files": `SELECT Timestamp, DeviceName, FileName, FolderPath, FileOriginUrl, FileOriginReferrerUrl, FileOriginIP FROM defender_DeviceFileEvents
WHERE lower(InitiatingProcessFileName) IN ('browser_broker.exe', 'chrome.exe', 'iexplore.exe', 'firefox.exe', 'outlook.exe') AND lower(FileName) LIKE '%.settingcontent-ms'`,
	"ioc-addresses": iocAddresses(),
	"tk-domains": `SELECT d, t, to_json(list(DISTINCT u)), count(DISTINCT u) FROM (
SELECT DeviceId AS d, Timestamp // 6000000000 * 6000000000 AS t, RemoteUrl AS u FROM defender_DeviceNetworkEvents WHERE lower(RemoteUrl) LIKE '%.tk'
UNION ALL SELECT _orig_device, ts // 6000000000 * 6000000000, host FROM zeek_conn WHERE _orig_device IS NOT NULL AND proto IN ('tcp', 'udp') AND lower(host) LIKE '%.tk'
) GROUP BY 1, 2 HAVING count(DISTINCT u) >= 5`,
	"schtasks-delete": `SELECT DeviceId, to_json(l), len(l) FROM (SELECT DeviceId, list(DISTINCT ProcessCommandLine) AS l FROM defender_DeviceProcessEvents
WHERE regexp_matches(ProcessCommandLine, '(?i)\bschtasks\.exe\b') AND regexp_matches(ProcessCommandLine, '(?i)/delete\b') AND regexp_matches(ProcessCommandLine, '(?i)/tn\b') AND regexp_matches(ProcessCommandLine, '(?i)/f\b')
GROUP BY 1) WHERE len(l) BETWEEN 40 AND 80 AND regexp_matches(to_json(l)::VARCHAR, '(?i)\b(mysa|sorry|oracle java update|ok)\b')`,
	"wmi-powershell": `SELECT DeviceId, Timestamp, InitiatingProcessId, InitiatingProcessFileName, ProcessId, FileName, ProcessCommandLine FROM defender_DeviceProcessEvents
WHERE Timestamp > $now - 6048000000000 AND lower(InitiatingProcessFileName) = 'wmiprvse.exe' AND lower(FileName) = 'powershell.exe'
AND (contains(lower(ProcessCommandLine), '-e') OR contains(lower(ProcessCommandLine), 'frombase64')) AND regexp_matches(ProcessCommandLine, '[A-Za-z0-9+/]{50,}[=]{0,2}') AND NOT contains(lower(ProcessCommandLine), 'windows\ccm\')`,
	"wdigest-union": `SELECT Timestamp, DeviceName, PreviousRegistryValueData, RegistryKey, RegistryValueName, RegistryValueData, '', '', InitiatingProcessAccountName, InitiatingProcessFileName, InitiatingProcessCommandLine, InitiatingProcessParentFileName
FROM defender_DeviceRegistryEvents WHERE contains(lower(RegistryKey), 'wdigest') AND RegistryValueName = 'UseLogonCredential' AND RegistryValueData = '1'
UNION ALL
SELECT Timestamp, DeviceName, '', '', '', '', FileName, ProcessCommandLine, InitiatingProcessAccountName, InitiatingProcessFileName, InitiatingProcessCommandLine, InitiatingProcessParentFileName
FROM defender_DeviceProcessEvents WHERE regexp_matches(ProcessCommandLine, '(?i)\bwdigest\b') AND regexp_matches(ProcessCommandLine, '(?i)\buselogoncredential\b') AND regexp_matches(ProcessCommandLine, '(?i)\bdword\b') AND regexp_matches(ProcessCommandLine, '\b1\b')`,
	"powershell-downloads": `SELECT Timestamp, DeviceName, InitiatingProcessFileName, FileName, ProcessCommandLine FROM defender_DeviceProcessEvents
WHERE Timestamp > $now - 6048000000000 AND lower(FileName) IN ('powershell.exe', 'powershell_ise.exe')
AND regexp_matches(ProcessCommandLine, '(?i)\b(net\.webclient|downloadfile|invoke-webrequest|invoke-shellcode|http|iex|start-bitstransfer|mpcmdrun\.exe)\b') ORDER BY Timestamp DESC LIMIT 100`,
	"spool-folder-files": `SELECT DeviceName, Timestamp, ActionType, FolderPath, FileName, SHA1 FROM defender_DeviceFileEvents WHERE regexp_matches(FolderPath, '(?i)\bsystem32\\spool\\drivers\b')`,
	"run-key-edit": `SELECT RegistryKey, RegistryValueData, DeviceId, Timestamp FROM defender_DeviceRegistryEvents
WHERE ActionType = 'RegistryValueSet' AND InitiatingProcessFileName = 'explorer.exe' AND regexp_matches(RegistryValueData, '(?i)\bappdata\\roaming\\microsoft\b')
AND regexp_matches(RegistryValueData, '(?i)\$windowsupdate\b') AND regexp_matches(RegistryKey, '(?i)\bcurrentversion\\run\b')`,
	"privileged-accounts": `SELECT p, a, d, t, s FROM (
SELECT InitiatingProcessFileName AS p, AccountName AS a, DeviceId AS d, Timestamp // 3000000000 * 3000000000 AS t, to_json(list(DISTINCT ProcessCommandLine))::VARCHAR AS s
FROM defender_DeviceProcessEvents WHERE FileName = 'net.exe' GROUP BY 1, 2, 3, 4
) WHERE regexp_matches(s, '(?i)\badmin\b') AND regexp_matches(s, '(?i)\b(domain|enterprise|backup operators)\b') AND regexp_matches(s, '(?i)\bgroup\b') AND contains(lower(s), '/do')`,
	"taskkill-series": `SELECT DeviceId, Timestamp // 1200000000 * 1200000000 AS t, count(DISTINCT ProcessCommandLine), to_json(list(DISTINCT ProcessCommandLine)) FROM defender_DeviceProcessEvents
WHERE Timestamp > $now - 864000000000 AND lower(FileName) = 'taskkill.exe' GROUP BY 1, 2 HAVING count(DISTINCT ProcessCommandLine) > 10`,
	"inbound-by-port": `SELECT d, p, count(*), count(DISTINCT r), to_json(list(DISTINCT r)) FROM (
SELECT DeviceName AS d, LocalPort AS p, RemoteIP AS r FROM defender_DeviceNetworkEvents WHERE Timestamp > $now - 25920000000000 AND ActionType = 'InboundConnectionAccepted' AND LocalPort IN (22, 80, 139, 443, 445, 3389, 8080)
UNION ALL SELECT n.DeviceName, "id.resp_p", "id.orig_h" FROM zeek_conn JOIN _devices n ON n.DeviceId = _resp_device
WHERE ts > $now - 25920000000000 AND proto IN ('tcp', 'udp') AND conn_state IN ('S1', 'SF', 'S2', 'S3', 'RSTO', 'RSTR') AND _resp_process IS NOT TRUE AND "id.resp_p" IN (22, 80, 139, 443, 445, 3389, 8080)
) GROUP BY 1, 2 ORDER BY 1, 2`,
	"ssh-processes": `SELECT InitiatingProcessFileName, count(*) AS n FROM defender_DeviceNetworkEvents
WHERE Timestamp > $now - 25920000000000 AND ActionType = 'ConnectionSuccess' AND RemotePort = 22 AND InitiatingProcessFileName <> '' GROUP BY 1 ORDER BY 2 DESC LIMIT 20`,
	"shell-open-handlers": `SELECT RegistryKey, InitiatingProcessFileName, RegistryValueData, count(*) FROM defender_DeviceRegistryEvents
WHERE contains(lower(RegistryKey), '\software\classes\') AND contains(lower(RegistryKey), '\shell\open\command') AND contains(lower(ActionType), 'registryvalueset') AND InitiatingProcessFileName <> 'msiexec.exe'
GROUP BY 1, 2, 3 HAVING count(*) < 100`,
	"no-inbound-ssh": `SELECT DISTINCT DeviceId, DeviceName FROM defender_DeviceInfo WHERE Timestamp > $now - 25920000000000 AND DeviceId NOT IN (
SELECT DeviceId FROM defender_DeviceNetworkEvents WHERE Timestamp > $now - 25920000000000 AND ActionType = 'InboundConnectionAccepted' AND LocalPort = 22
UNION ALL SELECT _resp_device FROM zeek_conn WHERE ts > $now - 25920000000000 AND _resp_device IS NOT NULL AND proto IN ('tcp', 'udp') AND conn_state IN ('S1', 'SF', 'S2', 'S3', 'RSTO', 'RSTR') AND _resp_process IS NOT TRUE AND "id.resp_p" = 22)`,
}

// iocAddresses looks for the listed remote addresses in every relation that
// gives rows of DeviceNetworkEvents.
func iocAddresses() string {
	const list = ` IN ('139.59.208.246', '130.255.73.90', '31.3.135.232', '52.174.55.168', '185.121.177.177', '185.121.177.53', '62.113.203.55', '144.76.133.38', '169.239.202.202', '5.135.183.146', '142.0.68.13', '103.253.12.18',
'62.112.8.85', '69.164.196.21', '107.150.40.234', '162.211.64.20', '217.12.210.54', '89.18.27.34', '193.183.98.154', '51.255.167.0', '91.121.155.13', '87.98.175.85', '185.97.7.7')`
	parts := []string{`SELECT DeviceName, InitiatingProcessCreationTime, InitiatingProcessFileName, InitiatingProcessCommandLine, RemoteIP, RemotePort FROM defender_DeviceNetworkEvents WHERE RemoteIP` + list}
	for _, log := range []string{"http", "dns", "ssh", "ssl", "ntlm", "conn"} {
		for _, s := range [][2]string{{"orig", "resp"}, {"resp", "orig"}} {
			parts = append(parts, `SELECT n.DeviceName, NULL, '', '', "id.`+s[1]+`_h", "id.`+s[1]+`_p" FROM zeek_`+log+` JOIN _devices n ON n.DeviceId = _`+s[0]+`_device WHERE "id.`+s[1]+`_h"`+list)
		}
	}
	return strings.Join(parts, "\nUNION ALL\n")
}
