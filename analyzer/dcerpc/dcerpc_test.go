package dcerpc

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"wirehunt/analyzer"
	"wirehunt/analyzer/analyzertest"
	"wirehunt/internal/x/golden"
)

func le16(v int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(v))) }
func le32(v int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(v))) }

// frag is a PDU; auth, if not empty, its authentication with the type in
// front.
func frag(typ, flags byte, call int, body, auth string) string {
	authLen := 0
	if auth != "" {
		authLen = len(auth) - 1
		body += auth[:1] + "\x06\x00\x00" + le32(0) + auth[1:]
	}
	return "\x05\x00" + string([]byte{typ, flags}) + "\x10\x00\x00\x00" + le16(headerLen+len(body)) + le16(authLen) + le32(call) + body
}

func whole(typ byte, call int, body string) string {
	return frag(typ, flagFirst|flagLast, call, body, "")
}

func uuid(s string) string {
	u := parseUUID(s)
	return string(u[:])
}

func bind(ctx int, u string) string {
	return le16(5840) + le16(5840) + le32(0) + "\x01\x00\x00\x00" + le16(ctx) + "\x01\x00" + uuid(u) + le32(1) +
		strings.Repeat("\x00", 20)
}

func bindAck(addr string) string {
	return le16(5840) + le16(5840) + le32(1) + le16(len(addr)) + addr + strings.Repeat("\x00", 32)
}

func request(ctx, op int, stub string) string {
	return le32(len(stub)) + le16(ctx) + le16(op) + stub
}

func response(ctx int, stub string) string { return le32(len(stub)) + le16(ctx) + "\x00\x00" + stub }

const (
	svcctl  = "367abb81-9844-35f1-ad32-98f038001003"
	winreg  = "338cd001-2244-31f1-aaaa-900038001003"
	unknown = "00112233-4455-6677-8899-aabbccddeeff"
)

func TestRecords(t *testing.T) {
	o, r := analyzertest.Orig, analyzertest.Resp
	open := []analyzertest.Step{
		o(whole(pduBind, 1, bind(0, svcctl))), r(whole(pduBindAck, 1, bindAck("\\PIPE\\ntsvcs\x00"))),
	}
	with := func(steps ...analyzertest.Step) []analyzertest.Step {
		return append(open[:2:2], steps...)
	}
	for name, steps := range map[string][]analyzertest.Step{
		"call": with(o(whole(pduRequest, 2, request(0, 12, "x"))), r(whole(pduResponse, 2, response(0, "y")))),
		"unknown": {
			o(whole(pduBind, 1, bind(3, unknown))), r(whole(pduBindAck, 1, bindAck("135\x00"))),
			o(whole(pduRequest, 2, request(3, 7, ""))), r(whole(pduResponse, 2, response(3, ""))),
		},
		"alter": with(
			o(whole(pduAlterContext, 2, bind(1, winreg))), r(whole(pduAlterContextResp, 2, bindAck(""))),
			o(whole(pduRequest, 3, request(1, 22, ""))), o(whole(pduRequest, 4, request(0, 999, ""))),
			r(whole(pduResponse, 4, response(0, ""))), r(whole(pduResponse, 3, response(1, ""))),
			// One of the operations that are not logged.
			o(whole(pduRequest, 5, request(1, 5, ""))), r(whole(pduResponse, 5, response(1, ""))),
		),
		"fragments": with(
			o(frag(pduRequest, flagFirst, 2, request(0, 19, "part"), "")), o(frag(pduRequest, 0, 2, request(0, 19, "part"), "")),
			o(frag(pduRequest, flagLast, 2, request(0, 19, "part"), "")),
			r(frag(pduResponse, flagFirst, 2, response(0, "part"), "")), r(frag(pduResponse, flagLast, 2, response(0, "part"), "")),
		),
		"fault": with(o(whole(pduRequest, 2, request(0, 12, ""))), r(whole(pduFault, 2, response(0, "\x05\x00\x00\x00")))),
		"gap": with(
			analyzertest.Gap(analyzer.Orig, 100), o("rest of something"+whole(pduRequest, 9, request(0, 16, ""))),
			r(whole(pduResponse, 9, response(0, ""))),
		),
		"no bind": {o(whole(pduRequest, 2, request(0, 12, ""))), r(whole(pduResponse, 2, response(0, "")))},
	} {
		t.Run(name, func(t *testing.T) {
			got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{}, steps...)
			golden.Check(t, filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".golden"), []byte(got))
		})
	}
}

func TestBigEndian(t *testing.T) {
	be := func(typ byte, body string) string {
		return "\x05\x00" + string([]byte{typ, 3}) + "\x00\x00\x00\x00" +
			string(binary.BigEndian.AppendUint16(nil, uint16(headerLen+len(body)))) + "\x00\x00\x00\x00\x00\x01" + body
	}
	u := parseUUID(svcctl)
	swapUUID(&u)
	got := analyzertest.Chunkings(t, Spec(), analyzertest.Options{},
		analyzertest.Orig(be(pduBind, strings.Repeat("\x00", 8)+"\x01\x00\x00\x00\x00\x02\x01\x00"+string(u[:])+strings.Repeat("\x00", 24))),
		analyzertest.Orig(be(pduRequest, "\x00\x00\x00\x00\x00\x02\x00\x0c")),
		analyzertest.Resp(be(pduResponse, "\x00\x00\x00\x00\x00\x02\x00\x00")))
	if !strings.Contains(got, `"endpoint":"svcctl","operation":"CreateServiceW"`) {
		t.Errorf("got %s", got)
	}
}

// sink notes what authentication is handed over.
type sink struct {
	analyzer.Base
	got *string
}

func (s *sink) Reset() {}
func (s *sink) Close() {}
func (s *sink) Datagram(_ analyzer.Dir, b []byte, _ int) {
	*s.got += s.Spec().Name + ":" + string(b) + " "
}

func TestAuthentication(t *testing.T) {
	f := func(want string, auths ...string) {
		t.Helper()
		got := ""
		o := analyzertest.Options{}
		for _, n := range []string{"gssapi", "ntlm"} {
			o.More = append(o.More, &analyzer.Spec{Name: n, New: func() analyzer.Analyzer { return &sink{got: &got} }})
		}
		var steps []analyzertest.Step
		for _, a := range auths {
			steps = append(steps, analyzertest.Orig(frag(pduAuth3, 3, 1, "padd", a)))
		}
		// The signature of a request is none.
		steps = append(steps, analyzertest.Orig(frag(pduRequest, 3, 1, request(0, 1, ""), "\x0asignature")))
		analyzertest.Run(t, Spec(), o, steps...)
		if got != want {
			t.Errorf("%q: got %q, want %q", auths, got, want)
		}
	}
	f("ntlm:one ntlm:two ", "\x0aone", "\x0atwo")
	f("gssapi:token ", "\x09token")
	f("gssapi:ticket ", "\x10ticket")
	f("", "\x44other")
}

func TestLimits(t *testing.T) {
	var many []analyzertest.Step
	for i := range maxAssembling + 2 {
		many = append(many, analyzertest.Orig(frag(pduRequest, flagFirst, i, request(0, 1, ""), "")))
	}
	if got := analyzertest.Run(t, Spec(), analyzertest.Options{}, many...); strings.Count(got, "too_many_dce_rpc_msgs_in_reassembly") != 1 {
		t.Errorf("messages: %s", got)
	}
	var long []analyzertest.Step
	flags := byte(flagFirst)
	for range 10 {
		long = append(long, analyzertest.Orig(frag(pduRequest, flags, 1, request(0, 1, strings.Repeat("x", 4000)), "")))
		flags = 0
	}
	if got := analyzertest.Run(t, Spec(), analyzertest.Options{}, long...); strings.Count(got, "too_much_dce_rpc_fragment_data") != 1 {
		t.Errorf("data: %s", got)
	}
	var calls []analyzertest.Step
	for i := range 2 * maxCalls {
		calls = append(calls, analyzertest.Orig(whole(pduRequest, i, request(0, 1, ""))))
	}
	analyzertest.Run(t, Spec(), analyzertest.Options{}, calls...)
}

func TestRefused(t *testing.T) {
	for _, s := range []string{"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03abcdef", "\x05\x01\x00\x00\x00\x00\x00\x00abcdefghi",
		"\x05\x00\x0b\x03\x10\x00\x00\x00\x08\x00\x00\x00\x01\x00\x00\x00", "\x05\x00\x0b\x03\x10\x00\x00\x00\x18\x00\xff\x00\x01\x00\x00\x00" + "12345678"} {
		if got := analyzertest.Run(t, Spec(), analyzertest.Options{}, analyzertest.Orig(s)); got != "service \n" {
			t.Errorf("%q: %s", s, got)
		}
	}
	probe := Spec().Probe
	if probe(&analyzer.Start{Orig: []byte("GET / HTTP/1.1\r\n")}) != analyzer.No || probe(&analyzer.Start{Orig: []byte("\x05\x01\x00")}) != analyzer.NeedMore ||
		probe(&analyzer.Start{Resp: []byte(whole(pduBindAck, 1, "x"))}) != analyzer.Yes {
		t.Error("probe")
	}
}

func TestNames(t *testing.T) {
	f := func(u string, op uint16, want string) {
		t.Helper()
		c := context{uuid: parseUUID(u), iface: interfaces[parseUUID(u)]}
		if e, o := c.names(op); e+" "+o != want {
			t.Errorf("%s %d: got %s %s, want %s", u, op, e, o, want)
		}
	}
	// The last operations of long lists: none is missing in front of them.
	f("12345678-1234-abcd-ef00-0123456789ab", 0x59, "spoolss RpcAddPrinterDriverEx")
	f("12345678-1234-abcd-ef00-0123456789ab", 0x68, "spoolss RpcReportJobProcessingProgress")
	f("12345778-1234-abcd-ef00-0123456789ac", 0x45, "samr SamrPerformGenericOperation")
	f("12345778-1234-abcd-ef00-0123456789ab", 0x5e, "lsarpc CredrBackupCredentials")
	f("76f03f96-cdfd-44fc-a22c-64950a001209", 0x4a, "IRemoteWinspool RpcAsyncLogJobInfoForBranchOffice")
	f("367abb81-9844-35f1-ad32-98f038001003", 0x36, "svcctl ScOpenServiceStatusHandle")
	f("12345678-1234-abcd-ef00-01234567cffb", 0x31, "netlogon NetrChainSetClientAttributes")
	f("4b324fc8-1670-01d3-1278-5a47bf6ee188", 0x39, "srvsvc NetrShareDelEx")
	f("4b324fc8-1670-01d3-1278-5a47bf6ee188", 0x36, "srvsvc unknown-54")
	f("338cd001-2244-31f1-aaaa-900038001003", 0x23, "winreg BaseRegDeleteKeyEx")
	f("e3514235-4b06-11d1-ab04-00c04fc2dcd2", 0x18, "drsuapi DRSQuerySitesByCost")
	f("9556dc99-828c-11cf-a37e-00aa003240c7", 0x19, "IWbemServices ExecMethodAsync")
	f("82273fdc-e32a-18c3-3f78-827929dc23ea", 0x18, "eventlog ElfrReportEventAndSourceW")
	f("6bffd098-a112-3610-9833-46c3f87e345a", 0x1f, "wkssvc NetrWorkstationResetDfsCache")
	f("4fc742e0-4a10-11cf-8273-00aa004ae673", 0x16, "netdfs NetrDfsSetInfo2")
	f("86d35949-83c9-4044-b424-db363231fd0c", 0x11, "ITaskSchedulerService SchRpcGetTaskInfo")
	f("c386ca3e-9061-4a72-821e-498d83be188f", 0x42, "AudioRpc AudioVolumeStepDown")
	f("5ca4a760-ebb1-11cf-8611-00a0245420ed", 0x4b, "winstation_rpc RpcWinStationOpenSessionDirectory")
	f("8d9f4e40-a03d-11ce-8f69-08003e30051b", 0x4a, "pnp PNP_DeleteServiceDevices")
	f("342cfd40-3c6c-11ce-a893-08002b2e9c6d", 0x59, "llsrpc LlsrCloseEx")
	f("2f5f3220-c126-1076-b549-074d078619da", 0x12, "nddeapi NDdeSpecialCommand")
	f("3c4728c5-f0ab-448b-bda1-6ce01eb0a6d5", 0x1a, "RpcSrvDHCPC RpcSrvGetDhcpServicedConnections")
	f("d6d70ef0-0e3b-11cb-acc3-08002b1d29c4", 0x15, "NsiM nsi_mgmt_inq_set_age")
	f("f5cc59b4-4264-101a-8c59-08002b2f8426", 0x0a, "FrsRpc FrsRpcVerifyPromotionParentEx")
	f("45f52c28-7f9f-101a-b52b-08002b2efabe", 0x13, "winspipe R_WinsDoScavengingNew")
	f("c681d488-d850-11d0-8c52-00c04fd90f7e", 0, "efsrpc EfsRpcOpenFileRaw")
	f("44aca674-e8fc-11d0-a07c-00c04fb68820", 3, "IWbemContext interface unknown-3")
	f(unknown, 3, "unknown-"+unknown+" unknown-3")
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(whole(pduBind, 1, bind(0, svcctl))+whole(pduRequest, 2, request(0, 12, "x"))),
		[]byte(whole(pduBindAck, 1, bindAck("135\x00"))+whole(pduResponse, 2, response(0, "y"))), 3)
	f.Add([]byte(frag(pduRequest, flagFirst, 2, request(0, 19, "part"), "\x0aNTLM")), []byte(frag(pduResponse, flagLast, 2, "", "")), 1)
	f.Fuzz(func(t *testing.T, q, r []byte, chunk int) {
		steps := []analyzertest.Step{analyzertest.Send(analyzer.Orig, q), analyzertest.Send(analyzer.Resp, r)}
		if len(q) > 20 {
			steps = append(steps, analyzertest.Gap(analyzer.Orig, 7), analyzertest.Send(analyzer.Orig, q[5:]))
		}
		want := analyzertest.Run(t, Spec(), analyzertest.Options{}, steps...)
		if chunk > 0 {
			if got := analyzertest.Run(t, Spec(), analyzertest.Options{Chunk: chunk}, steps...); got != want {
				t.Errorf("in pieces of %d bytes: %s\nwant %s", chunk, got, want)
			}
		}
	})
}
