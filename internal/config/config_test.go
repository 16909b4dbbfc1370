package config

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

type settings struct {
	listen, cert, config string
	wait                 time.Duration
	device               []string
}

func flags(s *settings) *pflag.FlagSet {
	fs := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	fs.StringVar(&s.listen, "listen", "127.0.0.1:8443", "`ADDRESS` to listen on")
	fs.StringVar(&s.cert, "tls-cert", "", "certificate `FILE`")
	fs.StringVar(&s.config, "config", "", "read settings from `FILE`")
	fs.DurationVar(&s.wait, "wait", time.Second, "wait so long")
	fs.StringArrayVar(&s.device, "device", nil, "name a device")
	return fs
}

func TestOrder(t *testing.T) {
	var s settings
	fs := flags(&s)
	if err := fs.Parse([]string{"--listen", "cli"}); err != nil {
		t.Fatal(err)
	}
	if err := FromEnv(fs, []string{"WIREHUNT_LISTEN=env", "WIREHUNT_TLS_CERT=env", "WIREHUNT_OTHER=x", "WIREHUNT_WAIT=", "PATH=y"}); err != nil {
		t.Fatal(err)
	}
	file := "# comment\nlisten = file\ntls-cert=file\n\n wait = 3s \ndevice = A=10.0.0.1\ndevice = B=10.0.0.2\n"
	if err := FromFile(fs, "wirehunt.conf", strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	if s.listen != "cli" || s.cert != "env" || s.wait != 3*time.Second || strings.Join(s.device, " ") != "A=10.0.0.1 B=10.0.0.2" {
		t.Errorf("got %+v", s)
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"listen":                                 "c.conf:1: want NAME = VALUE",
		"\nlisen = x":                            `c.conf:2: no setting named "lisen"`,
		"config = x":                             `c.conf:1: no setting named "config"`,
		"wait = soon":                            "c.conf:1: invalid argument",
		"listen = " + strings.Repeat("x", 1<<17): "c.conf: bufio.Scanner: token too long",
	} {
		var s settings
		err := FromFile(flags(&s), "c.conf", strings.NewReader(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q gives %v, want %s", text, err, want)
		}
	}
	var s settings
	if err := FromEnv(flags(&s), []string{"WIREHUNT_WAIT=soon"}); err == nil || !strings.HasPrefix(err.Error(), "WIREHUNT_WAIT: ") {
		t.Errorf("got %v", err)
	}
}

// TestSample reads the sample back, with the comments removed.
func TestSample(t *testing.T) {
	var s, again settings
	var b strings.Builder
	if err := Sample(&b, flags(&s)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "# ADDRESS to listen on\n# Environment: WIREHUNT_LISTEN\n#listen = 127.0.0.1:8443\n") {
		t.Errorf("the sample is\n%s", b.String())
	}
	text := strings.NewReplacer("\n#listen", "\nlisten", "\n#wait", "\nwait").Replace(b.String())
	if err := FromFile(flags(&again), "sample", strings.NewReader(text)); err != nil {
		t.Error(err)
	}
	if again.listen != s.listen || again.wait != s.wait {
		t.Errorf("got %+v, want %+v", again, s)
	}
}

func FuzzFromFile(f *testing.F) {
	f.Add("listen = x\n#\nwait=1s")
	f.Fuzz(func(t *testing.T, text string) {
		var s settings
		_ = FromFile(flags(&s), "f", strings.NewReader(text)) // must not panic
	})
}
